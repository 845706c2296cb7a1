import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 20

export interface WaitForOptions {
  /** 10 seconds unless told. */
  timeoutMs?: number
  /** What is waited for, for the message of a failure: `'the edge to listen'`. */
  what?: string
}

export type Truthy<Value> = Exclude<Value, false | 0 | '' | null | undefined>

/**
 * Asks `condition` every 20 ms until it gives a truthy value, and resolves with that value.
 * A condition that throws counts as not yet; the last error becomes the cause of the time-out's error.
 */
export async function waitFor<Value>(
  condition: () => Value | Promise<Value>,
  { timeoutMs = 10_000, what = 'the condition' }: WaitForOptions = {},
): Promise<Truthy<Value>> {
  const deadline = performance.now() + timeoutMs
  let cause: unknown
  do {
    try {
      const value = await condition()
      if (value) return value as Truthy<Value>
      cause = undefined
    } catch (error) {
      cause = error
    }
    await sleep(POLL_MS)
  } while (performance.now() < deadline)
  throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`, { cause })
}
