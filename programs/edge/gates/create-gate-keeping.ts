import type { EdgeLimits } from '../config.ts'
import { ConnectionBounds } from '../limits/connection-bounds.ts'
import type { LimitMemory } from '../limits/limit-memory.ts'
import { openFilesLimit } from '../limits/open-files.ts'
import { Places } from '../limits/places.ts'
import { redisRatesSoon } from '../limits/redis-rates.ts'
import { RequestLimiter } from '../limits/request-limiter.ts'
import { RequestQueue } from '../limits/request-queue.ts'
import { SharedCells } from '../limits/shared-cells.ts'
import { SharedRates } from '../limits/shared-rates.ts'
import type { Deadlines } from '../proxy/deadlines.ts'
import { HeldRequests, untilMaintained } from '../proxy/held-requests.ts'
import type { WorkerReport } from '../workers/worker-messages.ts'
import type { GateKeeping } from './gate-keeping.ts'
import { PasswordChecks } from './password-checks.ts'

/** The gates of one worker, over memory that all of them share. */
export function createGateKeeping({
  memory,
  worker,
  limits,
  deadlines,
  redisUrl,
  report,
}: {
  memory: LimitMemory
  worker: number
  limits: EdgeLimits
  deadlines: Deadlines
  redisUrl: string | undefined
  report(report: WorkerReport): void
}): GateKeeping {
  const { workers } = memory
  const placesIn = (cells: SharedArrayBuffer) =>
    new Places(new SharedCells({ memory: cells, worker, workers }))
  const places = placesIn(memory.places)
  const windows = new RequestLimiter({ memory: memory.windows })
  return {
    rates:
      redisUrl === undefined
        ? windows
        : new SharedRates({
            local: windows,
            store: redisRatesSoon(redisUrl),
            onStoreChanged: isAway => report({ kind: 'rate-store', isAway }),
          }),
    attempts: windows,
    places,
    queue: new RequestQueue({ memory, worker, places, deadlines }),
    connections: new ConnectionBounds({
      places: placesIn(memory.connections),
      mostPerClient: limits.maxConnectionsPerAddress,
      maxFiles: openFilesLimit(),
    }),
    passwords: new PasswordChecks(),
    maintained: new HeldRequests({ deadlines, maxPerApp: limits.maxHeldPerApp, reason: untilMaintained }),
  }
}
