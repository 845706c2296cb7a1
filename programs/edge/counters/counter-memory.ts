import { LATENCY_BOUNDS_MS } from '@seaworthy/routes'
import { createLimitsMemory, type LimitMemory } from '../limits/limit-memory.ts'

/**
 * Counters live in memory shared by the main thread and all workers, so that a request costs no message.
 * Each worker has its own region and is its only writer: no lock, no lost update, no cache line that travels between
 * cores for each request. The main thread and other workers only read: an aligned 8-byte number is written whole on
 * the 64-bit machines that Node runs on.
 */
export interface CounterMemory {
  workers: number
  /** `Float64Array`: worker × slot of app and release × field. */
  counters: SharedArrayBuffer
  /** `Int32Array`: worker × slot of target: requests in flight. */
  targets: SharedArrayBuffer
  limits: LimitMemory
}

/** Slot 0 counts what has no slot of its own: requests for unknown hosts, and whatever came when all were taken. */
export const SHARED_SLOT = 0
/** Apps × releases, and targets, that are counted at a time. Untouched pages cost no memory. */
export const COUNTER_SLOTS = 4096
export const TARGET_SLOTS = 8192

/** Place of each number inside a slot. `latency` is the first of the buckets and comes last. */
export const FIELD = {
  requests: 0,
  failures: 1,
  edgeFailures: 2,
  /** Answers 1xx; 2xx to 5xx follow. */
  responses: 3,
  inFlight: 8,
  bytesIn: 9,
  bytesOut: 10,
  lastRequestAt: 11,
  cacheHits: 12,
  latency: 13,
} as const

export const SLOT_FIELDS = FIELD.latency + LATENCY_BOUNDS_MS.length + 1

export function createCounterMemory(workers: number): CounterMemory {
  return {
    workers,
    counters: new SharedArrayBuffer(workers * COUNTER_SLOTS * SLOT_FIELDS * Float64Array.BYTES_PER_ELEMENT),
    targets: new SharedArrayBuffer(workers * TARGET_SLOTS * Int32Array.BYTES_PER_ELEMENT),
    limits: createLimitsMemory(workers),
  }
}

/** The one region of `counters` that worker `index` writes. */
export function workerCounters(memory: CounterMemory, index: number): Float64Array {
  const length = COUNTER_SLOTS * SLOT_FIELDS
  return new Float64Array(memory.counters, index * length * Float64Array.BYTES_PER_ELEMENT, length)
}
