import { allTargets, emptyCounters, type Route, type RouteCounters, type RouteTable } from '@seaworthy/routes'
import { forgetWorkerLimits } from '../limits/limit-memory.ts'
import {
  COUNTER_SLOTS,
  type CounterMemory,
  createCounterMemory,
  FIELD,
  SHARED_SLOT,
  SLOT_FIELDS,
  TARGET_SLOTS,
  workerCounters,
} from './counter-memory.ts'
import { CounterSlots } from './counter-slots.ts'

/** Slots that a worker needs to count for a table. */
export interface SlotAssignment {
  /** By `counterKey`. */
  counters: Map<string, number>
  /** By target id. */
  targets: Map<string, number>
}

export function counterKey(appId: string, release: string): string {
  return `${appId}\n${release}`
}

function targetIds(route: Route): string[] {
  return allTargets(route).map(({ id }) => id)
}

/** What requests of a route are counted under. */
function counterKeys({ appId, release, canary }: Route): string[] {
  const key = counterKey(appId, release)
  return canary ? [key, counterKey(appId, canary.release)] : [key]
}

/** The main thread's side of the shared counters: gives out the slots and adds up what the workers wrote. */
export class EdgeCounters {
  readonly memory: CounterMemory
  readonly #regions: Float64Array[]
  readonly #targets: Int32Array
  readonly #counterSlots: CounterSlots
  readonly #targetSlots: CounterSlots

  constructor({ workers }: { workers: number }) {
    this.memory = createCounterMemory(workers)
    this.#regions = Array.from({ length: workers }, (_, index) => workerCounters(this.memory, index))
    this.#targets = new Int32Array(this.memory.targets)
    this.#counterSlots = new CounterSlots({
      capacity: COUNTER_SLOTS,
      isQuiet: slot => this.#sum(slot, FIELD.inFlight) === 0,
      clear: slot => this.#clearCounters(slot),
    })
    this.#targetSlots = new CounterSlots({
      capacity: TARGET_SLOTS,
      isQuiet: slot => this.#sumTarget(slot) === 0,
      clear: slot => this.#clearTarget(slot),
    })
  }

  assign(table: RouteTable): SlotAssignment {
    return {
      counters: this.#counterSlots.assign(table.routes.flatMap(counterKeys)),
      targets: this.#targetSlots.assign(table.routes.flatMap(targetIds)),
    }
  }

  /** The same where a few routes come and go. @returns what is needed to count for those that came */
  change(added: readonly Route[], removed: readonly Route[]): SlotAssignment {
    return {
      counters: this.#counterSlots.change(added.flatMap(counterKeys), removed.flatMap(counterKeys)),
      targets: this.#targetSlots.change(added.flatMap(targetIds), removed.flatMap(targetIds)),
    }
  }

  /** What was counted, of one app or of all; also for releases that are not routed any more. */
  read(appId?: string): RouteCounters[] {
    const all: RouteCounters[] = []
    for (const [key, slot] of this.#counterSlots.entries()) {
      const [app, release] = key.split('\n') as [string, string]
      if (appId === undefined || app === appId) all.push(this.#readSlot(app, release, slot))
    }
    return all
  }

  /** Requests that no app was asked for: unknown hosts and malformed requests. */
  readUnrouted(): RouteCounters {
    return this.#readSlot('', '', SHARED_SLOT)
  }

  /** Requests in flight to a target; undefined for one that was never in a table. */
  inFlight(targetId: string): number | undefined {
    const slot = this.#targetSlots.get(targetId)
    return slot === undefined ? undefined : this.#sumTarget(slot)
  }

  /** What a worker that died had in flight ended with it. */
  forgetInFlight(worker: number): void {
    const region = this.#regions[worker]!
    for (let slot = 0; slot < COUNTER_SLOTS; slot++) region[slot * SLOT_FIELDS + FIELD.inFlight] = 0
    this.#targets.fill(0, worker * TARGET_SLOTS, (worker + 1) * TARGET_SLOTS)
    forgetWorkerLimits(this.memory.limits, worker)
  }

  #readSlot(appId: string, release: string, slot: number): RouteCounters {
    const counters = emptyCounters(appId, release)
    counters.requests = this.#sum(slot, FIELD.requests)
    counters.failures = this.#sum(slot, FIELD.failures)
    counters.edgeFailures = this.#sum(slot, FIELD.edgeFailures)
    counters.inFlight = this.#sum(slot, FIELD.inFlight)
    counters.bytesIn = this.#sum(slot, FIELD.bytesIn)
    counters.bytesOut = this.#sum(slot, FIELD.bytesOut)
    counters.cacheHits = this.#sum(slot, FIELD.cacheHits)
    const classes = Object.keys(counters.responses) as (keyof RouteCounters['responses'])[]
    for (const [index, name] of classes.entries()) {
      counters.responses[name] = this.#sum(slot, FIELD.responses + index)
    }
    counters.latencyBuckets = counters.latencyBuckets.map((_, index) =>
      this.#sum(slot, FIELD.latency + index),
    )
    const last = this.#regions.map(region => region[slot * SLOT_FIELDS + FIELD.lastRequestAt]!)
    counters.lastRequestAt = Math.max(...last)
    return counters
  }

  #sum(slot: number, field: number): number {
    return this.#regions.reduce((sum, region) => sum + region[slot * SLOT_FIELDS + field]!, 0)
  }

  #sumTarget(slot: number): number {
    let sum = 0
    for (let worker = 0; worker < this.memory.workers; worker++) {
      sum += Atomics.load(this.#targets, worker * TARGET_SLOTS + slot)
    }
    return sum
  }

  #clearCounters(slot: number): void {
    for (const region of this.#regions) region.fill(0, slot * SLOT_FIELDS, (slot + 1) * SLOT_FIELDS)
  }

  #clearTarget(slot: number): void {
    for (let worker = 0; worker < this.memory.workers; worker++) {
      Atomics.store(this.#targets, worker * TARGET_SLOTS + slot, 0)
    }
  }
}
