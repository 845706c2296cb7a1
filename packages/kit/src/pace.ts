import { setTimeout as sleep } from 'node:timers/promises'

/** Lets so much pass in a second. */
export interface Pace {
  /** Call it after each piece of work. Resolves when the next one may begin: at once, unless too much came lately. */
  after(amount: number): Promise<void>
}

/** A timer for less than this costs more than it saves. */
const SHORTEST_REST_MS = 20

/** @param perSecond in the unit of the amounts, such as bytes. A quiet time is not saved up for a flood. */
export function createPace(perSecond: number): Pace {
  let beganAt = performance.now()
  let passed = 0
  return {
    async after(amount) {
      passed += amount
      const earlyMs = (passed * 1000) / perSecond - (performance.now() - beganAt)
      if (earlyMs > SHORTEST_REST_MS) await sleep(earlyMs, undefined, { ref: false })
      if (earlyMs >= 0) return
      beganAt = performance.now()
      passed = 0
    },
  }
}
