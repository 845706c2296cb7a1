import { AppError } from '@seaworthy/kit'
import { expect, test } from 'vitest'
import { JobCancelled, JobDeadlineExceeded, JobLeaseLost, JobReleased } from '../jobs/errors.ts'
import { cutOffSignal, isCancelled, isCutOff, isTimeout } from './job-signal.ts'

test.each([
  ['a cancel', new JobCancelled(), { cancelled: true, timeout: false, cutOff: false }],
  ['the deadline', new JobDeadlineExceeded(1), { cancelled: false, timeout: true, cutOff: false }],
  ['a stop of the platform', new JobReleased(), { cancelled: false, timeout: false, cutOff: true }],
  ['a lost lease', new JobLeaseLost(), { cancelled: false, timeout: false, cutOff: true }],
  ['anything else', new Error('x'), { cancelled: false, timeout: false, cutOff: true }],
])('after %s the end is judged by its reason', (_, reason, { cancelled, timeout, cutOff }) => {
  const before = new AbortController()
  const follower = cutOffSignal(before.signal)
  before.abort(reason)

  for (const signal of [before.signal, AbortSignal.abort(reason)]) {
    expect(isCancelled(signal)).toBe(cancelled)
    expect(isTimeout(signal)).toBe(timeout)
    expect(isCutOff(signal)).toBe(cutOff)
    expect(cutOffSignal(signal).aborted).toBe(cutOff)
  }
  expect(follower.aborted).toBe(cutOff)
})

test('a signal that did not abort says nothing yet', () => {
  const { signal } = new AbortController()

  expect([isCancelled(signal), isTimeout(signal), isCutOff(signal)]).toEqual([false, false, false])
  expect(isCancelled(AbortSignal.abort(new AppError('other', 'x')))).toBe(false)
})
