import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type WatchFacts, watchVerdict } from './watch-verdict.ts'

const healthy: WatchFacts = {
  before: { requests: 1000, failures: 0 },
  after: { requests: 1000, failures: 0 },
  failedProbesInARow: 0,
  endedProcesses: [],
}

test('a release without failures stays', () => {
  expect(watchVerdict(healthy)).toEqual({ keep: true })
})

test('a release that fails real requests goes, and the reason has the counts', () => {
  const verdict = watchVerdict({ ...healthy, after: { requests: 40, failures: 38 } })

  expect(verdict).toEqual({ keep: false, reason: '38 of 40 requests failed (before: 0 of 1000)' })
})

test('one or two failures alone prove nothing', () => {
  expect(watchVerdict({ ...healthy, after: { requests: 2, failures: 2 } })).toEqual({ keep: true })
})

test('a release may fail as its predecessor did, up to twice the share', () => {
  const before = { requests: 100, failures: 20 }

  expect(watchVerdict({ ...healthy, before, after: { requests: 100, failures: 39 } }).keep).toBe(true)
  expect(watchVerdict({ ...healthy, before, after: { requests: 100, failures: 41 } }).keep).toBe(false)
})

test('a release with a process that ended goes, even without traffic and with web healthy', () => {
  const verdict = watchVerdict({
    ...healthy,
    after: { requests: 0, failures: 0 },
    endedProcesses: ['worker'],
  })

  expect(verdict).toEqual({ keep: false, reason: 'every instance of process "worker" ended by itself' })
})

test('three failed probes in a row are a breach', () => {
  expect(watchVerdict({ ...healthy, failedProbesInARow: 2 }).keep).toBe(true)
  expect(watchVerdict({ ...healthy, failedProbesInARow: 3 }).keep).toBe(false)
})

test('more failures never turn a breach into a pass', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.nat(1000), fc.nat(50), (requests, failures, more) => {
      const after = { requests: requests + failures, failures }
      const worse = { requests: after.requests, failures: Math.min(after.requests, failures + more) }

      const first = watchVerdict({ ...healthy, after })
      const second = watchVerdict({ ...healthy, after: worse })

      if (!first.keep) expect(second.keep).toBe(false)
    }),
  )
})
