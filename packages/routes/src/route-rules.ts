/** What a route asks of requests before they reach the app, and of answers on their way back. Plain JSON. */

/** Bounds of one route, or of one path of it. What is missing is unbounded, or as the edge's own limits have it. */
export interface RouteLimits {
  /** Requests in any sixty seconds by one client address. */
  requestsPerMinutePerIp?: number
  /** Requests that are with the app at the same time; what comes on top waits in the queue. */
  concurrentRequests?: number
  concurrentRequestsPerIp?: number
  /** Requests that wait for a free place among `concurrentRequests`. Missing: none wait, they are refused. */
  queue?: { maxRequests: number; waitMs: number }
  /** Open client connections by one address; counted for all routes of the app together. */
  connectionsPerIp?: number
  bodyBytes?: number
  headerBytes?: number
  /** Without a byte in either direction. */
  idleMs?: number
  /** From the first byte of the request to the last of its answer. Never applies to WebSockets and event streams. */
  totalMs?: number
}

export interface PathLimits {
  /** As a route's `pathPrefix`; the longest one counts, and what it does not name stays as the route has it. */
  path: string
  limits: RouteLimits
}

export interface RouteAccess {
  /** Addresses and networks (`192.0.2.0/24`, `2001:db8::/32`). Not empty: everybody else is refused. */
  allow?: string[]
  /** Refused also when allowed. */
  deny?: string[]
  basicAuth?: BasicAuth[]
}

/** Asks for a name and a password under a path. */
export interface BasicAuth {
  path: string
  realm: string
  users: { name: string /** `scrypt$N$r$p$salt$hash`, base64url. */; passwordHash: string }[]
}

/** Answers instead of the app. The first rule that matches counts. */
export interface RedirectRule {
  /** `/old` for exactly this path, `/old/*` for all under it; `*` is what `:rest` of `to` stands for. */
  from: string
  /** A path, or a whole address: `/new/:rest`, `https://example.com/:rest`. The query stays. */
  to: string
  status: 301 | 302 | 303 | 307 | 308
  /** Only for this host of the route. */
  host?: string
}

/** Another path for the app than the client asked for. The first rule that matches counts. */
export interface RewriteRule {
  from: string
  to: string
}

/** Keeps a client at the instance that it got first, as long as that is healthy. */
export interface StickySettings {
  cookie: string
  /** 0: until the browser closes. */
  maxAgeSeconds: number
}

/** The app is being worked on: requests wait for `holdMs`, then get the page. */
export interface Maintenance {
  holdMs: number
  /** What the page says, as plain text. */
  message?: string
  /** Addresses and networks that get the app all the same. */
  allow?: string[]
}

export interface CacheRule {
  /** `/assets/*`, `*.css`, `/exact`. */
  path: string
  /** Keep what the app allows to be kept (RFC 9111), for as long as it says. */
  store: boolean
  /** For answers that say nothing about how long they may be kept. */
  defaultSeconds?: number
  /** RFC 5861. Missing: as the answer says. */
  staleWhileRevalidateSeconds?: number
  staleIfErrorSeconds?: number
  /** Sent to clients as `Cache-Control` where the answer has none. */
  clientCacheControl?: string
}

export interface RouteHttps {
  /** Plain HTTP is answered with 308 to https. */
  redirect: boolean
  /** 0: no `Strict-Transport-Security`. RFC 6797. */
  hstsMaxAgeSeconds: number
  hstsIncludeSubdomains?: boolean
}

/** An app whose instances may ask an internal route. */
export interface Caller {
  appId: string
  /** The user that its processes run as. Missing where apps have no users of their own: any process of this host may. */
  userId?: number
  /** Networks of its instances that are containers. */
  networks?: string[]
}
