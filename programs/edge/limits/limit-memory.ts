import { createLimitMemory } from './request-limiter.ts'
import { createCells, forgetWorkerCells } from './shared-cells.ts'

/** What the limits count, in memory that the main thread and all workers share. */
export interface LimitMemory {
  workers: number
  /** Windows of requests a minute. */
  windows: SharedArrayBuffer
  /** Requests that are with an app now, by scope and by scope and client. */
  places: SharedArrayBuffer
  /** Open connections by client, and by app and client. */
  connections: SharedArrayBuffer
  /** Requests that wait for a place, by scope. */
  waiting: SharedArrayBuffer
  /** The ticket of who waits longest in each worker, by scope. */
  heads: SharedArrayBuffer
  /** `Int32Array`: the last ticket, then a bell for each worker. */
  bells: SharedArrayBuffer
}

export function createLimitsMemory(workers: number): LimitMemory {
  return {
    workers,
    windows: createLimitMemory(),
    places: createCells(workers, 16_384),
    connections: createCells(workers, 65_536),
    waiting: createCells(workers, 1_024),
    heads: createCells(workers, 1_024),
    bells: new SharedArrayBuffer((1 + workers) * Int32Array.BYTES_PER_ELEMENT),
  }
}

/** Places, connections and waiting requests of a worker that died are free again. */
export function forgetWorkerLimits(memory: LimitMemory, worker: number): void {
  const { places, connections, waiting, heads, bells, workers } = memory
  for (const cells of [places, connections, waiting, heads]) forgetWorkerCells(cells, worker, workers)
  // Whoever waits elsewhere looks again.
  const ring = new Int32Array(bells)
  for (let other = 0; other < workers; other++) {
    Atomics.add(ring, 1 + other, 1)
    Atomics.notify(ring, 1 + other)
  }
}
