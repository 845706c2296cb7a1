import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CallTimedOut, CircuitOpen, createCallPolicy } from './call-policy.ts'

const quick = { name: 'mail server', initialDelayMs: 1, maxDelayMs: 2 }

/** A call that fails the first `failures` times. */
function flaky(failures: number) {
  let calls = 0
  const call = async () => {
    calls += 1
    if (calls <= failures) throw new Error(`failure ${calls}`)
    return 'sent'
  }
  return { call, calls: () => calls }
}

test('repeats a failed call until it succeeds', async () => {
  const { call, calls } = flaky(2)

  expect(await createCallPolicy(quick).run(call)).toBe('sent')
  expect(calls()).toBe(3)
})

test('gives up after all attempts with the last failure', async () => {
  const { call, calls } = flaky(9)

  await expect(createCallPolicy({ ...quick, attempts: 4 }).run(call)).rejects.toThrow('failure 4')
  expect(calls()).toBe(4)
})

test.each([{ attempts: 1 }, { retryIf: () => false }])('does not repeat with %o', async options => {
  const { call, calls } = flaky(9)

  await expect(createCallPolicy({ ...quick, ...options }).run(call)).rejects.toThrow('failure 1')
  expect(calls()).toBe(1)
})

test('an attempt that takes too long is aborted and counts as a failure', async () => {
  const aborted: unknown[] = []
  const hang = async (signal: AbortSignal) => {
    await once(signal, 'abort')
    aborted.push(signal.aborted)
    return new Promise<never>(() => {})
  }

  const call = createCallPolicy({ ...quick, timeoutMs: 20, attempts: 2 }).run(hang)

  await expect(call).rejects.toThrow(CallTimedOut)
  await expect(call).rejects.toThrow('No answer from the mail server within 20 ms.')
  expect(aborted).toEqual([true, true])
})

test('the caller can abort it all', async () => {
  const stop = new AbortController()
  const call = createCallPolicy({ ...quick, attempts: 100, initialDelayMs: 1_000 }).run(
    signal => sleep(60_000, undefined, { signal }),
    stop.signal,
  )

  stop.abort()

  await expect(call).rejects.toThrow()
})

test('the breaker fails at once while open, then lets one call try', async () => {
  const { call, calls } = flaky(2)
  const policy = createCallPolicy({ ...quick, attempts: 1, breaker: { failures: 2, openMs: 40 } })

  await expect(policy.run(call)).rejects.toThrow('failure 1')
  await expect(policy.run(call)).rejects.toThrow('failure 2')
  await expect(policy.run(call)).rejects.toThrow(CircuitOpen)
  expect(calls()).toBe(2)

  await sleep(50) // the pause is what is tested
  expect(await policy.run(call)).toBe('sent')
})
