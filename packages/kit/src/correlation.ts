import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'

const storage = new AsyncLocalStorage<string>()

/**
 * Runs `fn` with `id` as the correlation id: everything that it awaits, and every log line of it, carries the id.
 * A job that was queued by a request stores the id and runs its handler through this function.
 */
export function runWithCorrelation<Result>(id: string, fn: () => Result): Result {
  return storage.run(id, fn)
}

/** The id of the request or job that the current code runs for, or undefined outside of any. */
export function correlationId(): string | undefined {
  return storage.getStore()
}

/** A fresh id for work that no request caused, such as a timer's. */
export function newCorrelationId(): string {
  return randomUUID()
}
