import type { AnswerHeaders } from './answer-headers.ts'
import type { Observation } from './observation.ts'
import type {
  CacheRule,
  Caller,
  Maintenance,
  PathLimits,
  RedirectRule,
  RewriteRule,
  RouteAccess,
  RouteHttps,
  RouteLimits,
  StickySettings,
} from './route-rules.ts'

/** The table that the control plane pushes to the edge, and that the edge keeps on disk. Plain JSON. */
export interface RouteTable {
  /** Grows with every push; the edge refuses an older one. */
  version: number
  routes: Route[]
  /** What the edge proves itself with, by host. Missing: none, so that only plain HTTP is served. */
  certificates?: CertificateFile[]
  /** Open questions of a certificate authority (RFC 8555 and 8737). */
  challenges?: AcmeChallenge[]
  /** What is kept of requests unless a route says otherwise. */
  observe?: Partial<Observation>
}

/** A certificate with its key, as a file that only the platform's user may read. */
export interface CertificateFile {
  /** Lower-case names; `*.example.com` is any one label under it. An exact name wins. */
  hosts: string[]
  /** Absolute path of a PEM file with the key and the chain, leaf first. Its name changes with its content. */
  file: string
  /** Absolute path of a DER-encoded OCSP answer to hand on, where the authority gives one. */
  ocspFile?: string
  /** When that answer is over, in milliseconds since 1970: a client that got it later would break off. */
  ocspUntil?: number
}

export type AcmeChallenge =
  /** Answered at `http://host/.well-known/acme-challenge/<token>`, whatever the route says. */
  | { type: 'http-01'; host: string; token: string; keyAuthorization: string }
  /** Answered in a handshake with the protocol `acme-tls/1` by the certificate in this PEM file. */
  | { type: 'tls-alpn-01'; host: string; file: string }

export type RouteMode =
  /** Requests go to the targets. */
  | 'proxy'
  /** The edge serves files of `static.root` itself. */
  | 'static'
  /** The app sleeps or has no healthy target yet: hold the request and ask for a wake-up. */
  | 'wake'
  /** The app is stopped, suspended, or down after a crash loop: 503. */
  | 'unavailable'

export interface Route {
  appId: string
  slug: string
  /** Lower-case host names without port, for example `shop.localhost`; `*.shop.example.com` is any one label. */
  hosts: string[]
  /** `/` for the whole host; longest prefix wins. */
  pathPrefix: string
  process: string
  /** `v42`; requests are counted by app and release. */
  release: string
  mode: RouteMode
  /** With `unavailable`: its people stopped it, and the page says so. */
  stopped?: boolean
  /** For `proxy`. Only `healthy` ones get new requests; `draining` ones finish what they have. */
  targets: Target[]
  static?: StaticSettings
  timeouts: RouteTimeouts
  /** Missing: answers go out as the app gives them. */
  headers?: AnswerHeaders
  limits?: RouteLimits
  pathLimits?: PathLimits[]
  access?: RouteAccess
  redirects?: RedirectRule[]
  rewrites?: RewriteRule[]
  sticky?: StickySettings
  maintenance?: Maintenance
  /** Missing: answers that gain from it are compressed. */
  compression?: boolean
  cache?: CacheRule[]
  https?: RouteHttps
  /** The app sees `/users` where the client asked for `/api/users` and `pathPrefix` is `/api`. */
  stripPrefix?: boolean
  /** A release on trial: a part of the requests goes there. */
  canary?: Canary
  /** For hosts under `.internal`: who may ask. Missing: not an internal route. */
  callers?: Caller[]
  /** Missing, or in part: as the table says. */
  observe?: Partial<Observation>
}

/** Another release of the same app, which gets a share of the requests. */
export interface Canary {
  /** Counted under this release. */
  release: string
  mode: 'proxy' | 'static'
  targets: Target[]
  static?: StaticSettings
  /** 0 to 100. A client that was sent there once stays there. */
  percent: number
  /** Requests with this header always go there; with an empty value any content counts. */
  header?: { name: string; value: string }
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
  /** Answers that came from the edge's cache, and not from the app. */
  cacheHits: number
  latencyBuckets: number[]
  /** Milliseconds since 1970 of the last request; 0 for none. */
  lastRequestAt: number
}
