import { expect, test } from 'vitest'
import { type SleepFacts, shouldSleep } from './sleep-policy.ts'

const MINUTE_MS = 60_000
const idle: SleepFacts = {
  appMinutes: null,
  defaultMinutes: 15,
  now: 100 * MINUTE_MS,
  lastActiveAt: 85 * MINUTE_MS,
  inFlight: 0,
  otherProcesses: 0,
}

test('an app sleeps once it was idle for the default time, and not a moment earlier', () => {
  expect(shouldSleep(idle)).toBe(true)
  expect(shouldSleep({ ...idle, lastActiveAt: idle.lastActiveAt + 1 })).toBe(false)
})

test("an app's own time goes before the platform's", () => {
  expect(shouldSleep({ ...idle, appMinutes: 30 })).toBe(false)
  expect(shouldSleep({ ...idle, appMinutes: 1, lastActiveAt: 99 * MINUTE_MS })).toBe(true)
})

test('zero minutes means never', () => {
  expect(shouldSleep({ ...idle, appMinutes: 0, lastActiveAt: 0 })).toBe(false)
  expect(shouldSleep({ ...idle, defaultMinutes: 0, lastActiveAt: 0 })).toBe(false)
})

test('an open request keeps an app awake, however old it is', () => {
  expect(shouldSleep({ ...idle, inFlight: 1 })).toBe(false)
})

test('an app with a worker sleeps only when it asks for it', () => {
  expect(shouldSleep({ ...idle, otherProcesses: 1 })).toBe(false)
  expect(shouldSleep({ ...idle, otherProcesses: 1, appMinutes: 15 })).toBe(true)
})

test('a clock that jumped back does not put an app to sleep', () => {
  expect(shouldSleep({ ...idle, now: 0 })).toBe(false)
})
