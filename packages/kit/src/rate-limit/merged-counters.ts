import type { CountChange, CountedWindow, Counters } from './rate-limit-store.ts'

interface Waiting {
  change: CountChange
  resolve(window: CountedWindow): void
  reject(error: unknown): void
}

/**
 * Sends what is added to a key while another addition is on its way as one. A thousand requests a second with one
 * token are then a few dozen statements, instead of a thousand that queue for the lock of one row; every count stays
 * exact.
 */
export function mergedCounters(counters: Counters): Counters {
  const waiting = new Map<string, Waiting[]>()

  return {
    add: change =>
      new Promise((resolve, reject) => {
        const turn = { change, resolve, reject }
        const line = waiting.get(change.key)
        if (line) line.push(turn)
        else send(change.key, [turn])
      }),
    read: key => counters.read(key),
    remove: key => counters.remove(key),
  }

  async function send(key: string, turns: Waiting[]): Promise<void> {
    waiting.set(key, [])
    await addTogether(counters, turns)
    const next = waiting.get(key)!
    if (next.length === 0) waiting.delete(key)
    else send(key, next)
  }
}

/** Never rejects: what goes wrong goes to those who wait. */
async function addTogether(counters: Counters, turns: readonly Waiting[]): Promise<void> {
  const last = turns.at(-1)!.change
  const sum = turns.reduce((total, { change }) => total + change.points, 0)
  const restart = turns.some(({ change }) => change.restart)
  try {
    const window = await counters.add({ ...last, points: sum, restart })
    let points = window.points - sum
    for (const { change, resolve } of turns) {
      points += change.points
      resolve({ ...window, points })
    }
  } catch (error) {
    for (const { reject } of turns) reject(error)
  }
}
