import { emptyLatencyBuckets } from '@seaworthy/routes'
import { expect, test } from 'vitest'
import { type CanaryRecord, newCanary, withCounts } from './canary-record.ts'
import { canaryVerdict } from './canary-verdict.ts'
import type { EdgeCounts } from './receipt.ts'

const MINUTE = 60_000
const counts = (requests: number, failures = 0): EdgeCounts => ({
  requests,
  failures,
  latencyBuckets: [requests, ...emptyLatencyBuckets().slice(1)],
})

function record(changes: Partial<CanaryRecord> = {}): CanaryRecord {
  const plan = { percent: 10, promoteAfterMinutes: 5 }
  const probes = { sent: 10, failed: 0, countedAsFailures: 0, failedInARow: 0 }
  return { ...newCanary(plan), since: 0, probes, ...changes }
}

const actionOf = (changes: Partial<CanaryRecord>, now = 0, endedProcesses: string[] = []) =>
  canaryVerdict({ record: record(changes), now, endedProcesses })

test('a canary stays until it is told, or until its time without a breach is over', () => {
  expect(actionOf({}, 4 * MINUTE)).toEqual({ action: 'keep' })
  expect(actionOf({}, 5 * MINUTE)).toMatchObject({
    action: 'promote',
    reason: expect.stringContaining('5 minutes'),
  })
  expect(actionOf({ promoteAfterMinutes: null }, 1000 * MINUTE)).toEqual({ action: 'keep' })
})

test('a canary that no probe has passed takes nothing over, whatever the time', () => {
  const unproven = { sent: 2, failed: 2, countedAsFailures: 0, failedInARow: 2 }

  expect(actionOf({ probes: unproven }, 9 * MINUTE)).toEqual({ action: 'keep' })
})

test('a canary that fails more than it may is ended, compared with what serves the rest', () => {
  const seen = { canary: counts(110, 10), stable: counts(1000, 1) }

  expect(actionOf({ seen })).toEqual({
    action: 'abort',
    reason: '10 of 100 requests failed (the release that serves the rest: 1 of 1000)',
  })
})

test('a canary may fail as the rest fails, and our own probes are no requests', () => {
  const probes = { sent: 10, failed: 10, countedAsFailures: 10, failedInARow: 0 }

  expect(actionOf({ seen: { canary: counts(110, 10), stable: counts(1000, 60) } })).toEqual({
    action: 'keep',
  })
  expect(actionOf({ seen: { canary: counts(10, 10), stable: counts(10) }, probes })).toEqual({
    action: 'keep',
  })
})

test('a canary whose probes fail, or whose process ended, is ended', () => {
  const probes = { sent: 10, failed: 3, countedAsFailures: 3, failedInARow: 3 }

  expect(actionOf({ probes })).toMatchObject({ action: 'abort', reason: expect.stringContaining('probes') })
  expect(actionOf({}, 0, ['web'])).toMatchObject({
    action: 'abort',
    reason: expect.stringContaining('"web"'),
  })
})

test('counts add up over a restart of the edge, and the first look is where they begin', () => {
  let seen = newCanary({ percent: 10, promoteAfterMinutes: null })
  const look = (canary: EdgeCounts, stable: EdgeCounts) => {
    seen = withCounts(seen, { canary, stable })
  }

  look(counts(0), counts(500, 9))
  look(counts(5, 1), counts(600, 9))
  look(counts(2, 1), counts(3)) // another edge began at zero
  look(counts(4, 1), counts(10))

  expect(seen.seen.canary).toMatchObject({ requests: 9, failures: 2 })
  expect(seen.seen.stable).toMatchObject({ requests: 110, failures: 0 })
  expect(seen.seen.canary.latencyBuckets[0]).toBe(9)
})
