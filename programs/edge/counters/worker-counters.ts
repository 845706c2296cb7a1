import { latencyBucketIndex } from '@seaworthy/routes'
import {
  type CounterMemory,
  FIELD,
  SHARED_SLOT,
  SLOT_FIELDS,
  TARGET_SLOTS,
  workerCounters,
} from './counter-memory.ts'

/** A worker's side of the shared counters: it writes its own region only. */
export class WorkerCounters {
  readonly #region: Float64Array
  readonly #targets: Int32Array
  readonly #ownTargets: number
  readonly #workers: number

  constructor({ memory, worker }: { memory: CounterMemory; worker: number }) {
    this.#region = workerCounters(memory, worker)
    this.#targets = new Int32Array(memory.targets)
    this.#ownTargets = worker * TARGET_SLOTS
    this.#workers = memory.workers
  }

  /** In flight from now on. It counts as a request once it is answered or given up: a waiting one may change release. */
  requestStarted(slot: number, now: number): void {
    const base = slot * SLOT_FIELDS
    this.#region[base + FIELD.inFlight]!++
    this.#region[base + FIELD.lastRequestAt] = now
  }

  /** A request that waited is served by another release than the one it was counted for. */
  requestMoved(from: number, to: number): void {
    this.#region[from * SLOT_FIELDS + FIELD.inFlight]!--
    this.requestStarted(to, Date.now())
  }

  requestEnded(slot: number, bytesIn: number, bytesOut: number): void {
    const base = slot * SLOT_FIELDS
    this.#region[base + FIELD.inFlight]!--
    this.#region[base + FIELD.bytesIn]! += bytesIn
    this.#region[base + FIELD.bytesOut]! += bytesOut
  }

  /** An answer: `ms` is the time from the request's headers to the answer's headers. */
  answered(slot: number, status: number, ms: number): void {
    const base = slot * SLOT_FIELDS
    this.#region[base + FIELD.requests]!++
    const kind = status >= 600 ? 5 : (status / 100) | 0
    this.#region[base + FIELD.responses + kind - 1]!++
    this.#region[base + FIELD.latency + latencyBucketIndex(ms)]!++
  }

  /** The client left before an answer. */
  requestAbandoned(slot: number): void {
    this.#region[slot * SLOT_FIELDS + FIELD.requests]!++
  }

  /** The app itself answered 5xx. */
  appFailed(slot: number): void {
    this.#region[slot * SLOT_FIELDS + FIELD.failures]!++
  }

  /** The edge had to answer 502, 503 or 504 itself, or had to cut an answer short. */
  edgeFailed(slot: number): void {
    this.#region[slot * SLOT_FIELDS + FIELD.edgeFailures]!++
  }

  /** The edge's cache answered, and not the app. */
  cacheHit(slot: number): void {
    this.#region[slot * SLOT_FIELDS + FIELD.cacheHits]!++
  }

  targetTaken(slot: number): void {
    if (slot !== SHARED_SLOT) Atomics.add(this.#targets, this.#ownTargets + slot, 1)
  }

  targetReleased(slot: number): void {
    if (slot !== SHARED_SLOT) Atomics.sub(this.#targets, this.#ownTargets + slot, 1)
  }

  /** Requests in flight to a target, over all workers. */
  targetInFlight(slot: number): number {
    let sum = 0
    for (let at = slot, worker = 0; worker < this.#workers; worker++, at += TARGET_SLOTS) {
      sum += Atomics.load(this.#targets, at)
    }
    return sum
  }
}
