import type { Writable } from 'node:stream'
import type { Deadlined, Deadlines } from '../proxy/deadlines.ts'

/**
 * Ends an answer of the edge's own of which its client takes nothing for too long, so that neither its bytes nor its
 * file stay open. Answers of apps are watched by their exchange.
 */
export function watchReader(
  deadlines: Deadlines,
  response: Writable,
  counter: { readonly bytesWritten: number },
  idleMs: number,
): void {
  let seen = counter.bytesWritten
  const watch: Deadlined = {
    deadlineAt: performance.now() + idleMs,
    watchIndex: -1,
    onDeadline: () => {
      if (response.destroyed || response.writableFinished) return
      if (counter.bytesWritten === seen) {
        response.destroy()
        return
      }
      seen = counter.bytesWritten
      watch.deadlineAt = performance.now() + idleMs
      deadlines.watch(watch)
    },
  }
  response.on('close', () => deadlines.unwatch(watch))
  deadlines.watch(watch)
}
