/**
 * What the edge says on its control socket (`<home>/run/edge.sock`, HTTP): types shared by the edge and the control plane.
 *
 * `PUT /table` · `GET /table` · `GET /counters[?appId=]` · `GET /targets/<id>` · `GET /status` · `GET /events` (NDJSON)
 * · `POST /drain-and-exit`
 */
import type { RouteCounters } from './route-table.ts'

/** A line of `GET /events`. */
export type EdgeEvent =
  /** Requests wait for this app. Repeated each second for as long as they do, so that none is forgotten. */
  | { type: 'wake-needed'; appId: string }
  /** A target refused or broke a connection. Told at most once a second for each target and worker. */
  | { type: 'target-failed'; appId: string; targetId: string; reason: string }
  /** Every ten seconds: the stream is alive. */
  | { type: 'heartbeat' }

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
  isDraining: boolean
  /** It had to compile its TypeScript, which leaves about 50 MB behind; the next start finds it in the cache. */
  compiledAtStart: boolean
  memory: { rssBytes: number; heapUsedBytes: number }
}
