import type { AnswerHeaders } from './answer-headers.ts'

/** The table that the control plane pushes to the edge, and that the edge keeps on disk. Plain JSON. */
export interface RouteTable {
  /** Grows with every push; the edge refuses an older one. */
  version: number
  routes: Route[]
}

export type RouteMode =
  /** Requests go to the targets. */
  | 'proxy'
  /** The edge serves files of `static.root` itself. */
  | 'static'
  /** The app sleeps or has no healthy target yet: hold the request and ask for a wake-up. */
  | 'wake'
  /** The app is suspended or in maintenance: 503. */
  | 'unavailable'

export interface Route {
  appId: string
  slug: string
  /** Lower-case host names without port, for example `shop.localhost`. */
  hosts: string[]
  /** `/` for the whole host; longest prefix wins. */
  pathPrefix: string
  process: string
  /** `v42`; requests are counted by app and release. */
  release: string
  mode: RouteMode
  /** For `proxy`. Only `healthy` ones get new requests; `draining` ones finish what they have. */
  targets: Target[]
  static?: StaticSettings
  timeouts: RouteTimeouts
  /** Missing: answers go out as the app gives them. */
  headers?: AnswerHeaders
  /** Requests a minute by one client address; missing: as many as it likes. */
  requestsPerMinutePerIp?: number
}

export interface Target {
  /** Instance id. */
  id: string
  host: string
  port: number
  state: 'adding' | 'healthy' | 'unhealthy' | 'draining'
}

export interface StaticSettings {
  /** Absolute path of the folder to serve. */
  root: string
  /** Unknown paths without a file extension answer `index.html`. */
  spa: boolean
}

export interface RouteTimeouts {
  /** Until the target's response headers. */
  responseMs: number
  /** Without a byte in either direction. */
  idleMs: number
  /** How long a request waits for a sleeping app. */
  wakeMs: number
}

/**
 * What the edge counted for one app and release since the edge started (totals only grow).
 * `latencyBuckets[i]` counts answers that took at most `LATENCY_BOUNDS_MS[i]`, from the request's headers to
 * the answer's headers; the last bucket is the rest.
 */
export interface RouteCounters {
  appId: string
  release: string
  /** Requests that were answered, or whose client left before that. */
  requests: number
  /** Answers 5xx by the app itself. */
  failures: number
  /** Answers that the edge had to give itself (502, 503, 504), and answers of the app that broke off half-way. */
  edgeFailures: number
  responses: { '1xx': number; '2xx': number; '3xx': number; '4xx': number; '5xx': number }
  /** Requests that are being worked on or wait for the app to wake up, and open WebSockets. */
  inFlight: number
  /** Of request and response bodies; of files that the edge serves itself, with the head. */
  bytesIn: number
  bytesOut: number
  latencyBuckets: number[]
  /** Milliseconds since 1970 of the last request; 0 for none. */
  lastRequestAt: number
}
