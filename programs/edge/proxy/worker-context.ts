import type { EdgeCache } from '../cache/edge-cache.ts'
import type { EdgeLimits } from '../config.ts'
import type { EncoderPlaces } from '../content/encoders.ts'
import type { WorkerCounters } from '../counters/worker-counters.ts'
import type { GateKeeping } from '../gates/gate-keeping.ts'
import type { WorkerReport } from '../workers/worker-messages.ts'
import type { ActiveRoutes } from './active-routes.ts'
import type { ChunkPool } from './chunk-pool.ts'
import type { Deadlines } from './deadlines.ts'
import type { HeldRequests } from './held-requests.ts'
import type { RecordBooks } from './request-record.ts'

/** What all requests of one worker share. */
export interface WorkerContext {
  limits: EdgeLimits
  routes: ActiveRoutes
  counters: WorkerCounters
  gates: GateKeeping
  encoders: EncoderPlaces
  chunks: ChunkPool
  cache: EdgeCache
  books: RecordBooks
  deadlines: Deadlines
  held: HeldRequests
  /** The process is being replaced: each answer is the last on its connection. */
  isDraining: boolean
  report(report: WorkerReport): void
  /** In [0, 1). */
  random(): number
}
