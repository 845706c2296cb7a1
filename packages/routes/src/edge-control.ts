/**
 * What the edge says on its control socket (`<home>/run/edge.sock`, HTTP): types shared by the edge and the control plane.
 *
 * `PUT /table` · `PATCH /table` · `GET /table` · `GET /counters[?appId=]` · `GET /targets/<id>` · `GET /status` · `GET /events` (NDJSON)
 * · `GET /requests?appId=…` (NDJSON) · `GET /visits` · `DELETE /visits/<id>` · `POST /purge` · `POST /drain-and-exit`
 */
import type { RequestLine } from './request-line.ts'
import type { RouteCounters } from './route-table.ts'
import type { RefusedPart } from './table-reading.ts'

/** A line of `GET /events`. */
export type EdgeEvent =
  /** Requests wait for this app. Repeated each second for as long as they do, so that none is forgotten. */
  | { type: 'wake-needed'; appId: string }
  /** A target refused or broke a connection. Told at most once a second for each target and worker. */
  | { type: 'target-failed'; appId: string; targetId: string; reason: string }
  /** The release on trial did not serve what it should have; the other one did. Told at most once a second for each worker. */
  | { type: 'canary-failed'; appId: string; release: string; reason: string }
  /** A certificate's file is missing or broken: its hosts are served without it. Told once for each file and reason. */
  | { type: 'certificate-broken'; file: string; hosts: string[]; reason: string }
  /** A client asked by TLS for a host that an app has, and there is no certificate. At most once a minute for each and worker. */
  | { type: 'certificate-missing'; host: string }
  /** Every ten seconds: the stream is alive. */
  | { type: 'heartbeat' }

/** Answer to `PUT /table`. */
export interface TablePush {
  version: number
  /** Parts that could not be used; each has the form that it had before, or is missing. */
  refused: RefusedPart[]
}

/** `GET /counters`. Totals belong to one run of the edge: another `startedAt` means that they began at zero again. */
export interface EdgeCountersReport {
  startedAt: number
  counters: RouteCounters[]
  /** Requests for unknown hosts, and refused ones. */
  unrouted: RouteCounters
}

/** `GET /status`. */
export interface EdgeStatus {
  pid: number
  /** Of the platform that started it. */
  version: string
  /** Milliseconds since 1970. */
  startedAt: number
  uptimeSeconds: number
  tableVersion: number
  workers: number
  httpPort: number
  /** The port is open once a table has a certificate. */
  httpsPort: number
  servesHttps: boolean
  /** Where apps of this host reach names under `.internal`; missing where they cannot. */
  internal?: { host: string; port: number }
  isDraining: boolean
  /** It had to compile its TypeScript, which leaves about 50 MB behind; the next start finds it in the cache. */
  compiledAtStart: boolean
  memory: { rssBytes: number; heapUsedBytes: number }
}

/** A line of `GET /requests?appId=…` with the fields of a `RequestFilter`: what is asked for now. */
export type TailLine =
  | { type: 'request'; request: RequestLine }
  /** More came than could be passed on; these many are missing here. The request log has them. */
  | { type: 'dropped'; count: number }
  /** Every ten seconds: the stream is alive. */
  | { type: 'heartbeat' }

/** `GET /visits`: what was seen since the batch before. It is told again until `DELETE /visits/<id>`. */
export interface VisitBatch {
  id: string
  apps: AppVisits[]
}

/** Page views of one app in one hour. */
export interface AppVisits {
  appId: string
  /** Start of the hour, milliseconds since 1970. */
  hourAt: number
  /** Pages that people opened. */
  views: number
  /** People (address and browser) who were not seen before on this day, UTC. */
  visits: number
  /** Pages that programs opened; they are in nothing else here. */
  bots: number
  /** Of the views, those whose browser asked not to be followed: they are in `pages` and in no other list. */
  unfollowed: number
  /** Views by path; `''` is the sum of all that found no place. So are the following. */
  pages: NamedCount[]
  /** By host of the page that led here; views without one are not in it. */
  referrers: NamedCount[]
  /** `phone`, `tablet`, `desktop`, `other`. */
  devices: NamedCount[]
  browsers: NamedCount[]
  /** ISO 3166-1 alpha-2; empty without a database of addresses. */
  countries: NamedCount[]
}

export type NamedCount = [name: string, count: number]
