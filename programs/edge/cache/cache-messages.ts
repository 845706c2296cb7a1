import type { CachePurge } from '@seaworthy/routes'

/** From the main thread to a worker. Answered by `cache-purged` with the same id. */
export interface CacheCommand {
  kind: 'purge-cache'
  id: number
  selector: CachePurge
}

/** From a worker to the main thread. */
export type CacheReport =
  | { kind: 'cache-purged'; id: number; purged: number }
  /** A request changed something: what other workers store of it is out of date. */
  | { kind: 'cache-invalidated'; selector: CachePurge }
