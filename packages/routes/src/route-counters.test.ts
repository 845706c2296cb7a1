import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LATENCY_BOUNDS_MS } from './latency-buckets.ts'
import { addCounters, emptyCounters, subtractCounters, subtractSnapshots } from './route-counters.ts'
import type { RouteCounters } from './route-table.ts'

const total = fc.nat(1_000_000)
const counters: fc.Arbitrary<RouteCounters> = fc.record({
  appId: fc.constant('app1'),
  release: fc.constant('v1'),
  requests: total,
  failures: total,
  edgeFailures: total,
  responses: fc.record({ '1xx': total, '2xx': total, '3xx': total, '4xx': total, '5xx': total }),
  inFlight: total,
  bytesIn: total,
  bytesOut: total,
  cacheHits: total,
  latencyBuckets: fc.array(total, {
    minLength: LATENCY_BOUNDS_MS.length + 1,
    maxLength: LATENCY_BOUNDS_MS.length + 1,
  }),
  lastRequestAt: total,
})

test('what was added since a snapshot is what subtracting the snapshot leaves', () => {
  fc.assert(
    fc.property(counters, counters, (before, news) => {
      const after = addCounters(before, news)

      const difference = subtractCounters(after, before)

      expect(difference).toEqual({ ...news, inFlight: after.inFlight, lastRequestAt: after.lastRequestAt })
    }),
  )
})

test('counters that went back belong to an edge that restarted: all they hold is new', () => {
  const before = { ...emptyCounters('app1', 'v1'), requests: 500, failures: 3 }
  const after = { ...emptyCounters('app1', 'v1'), requests: 20, failures: 1 }

  expect(subtractCounters(after, before)).toEqual(after)
})

test('snapshots are matched by app and release', () => {
  const before = [{ ...emptyCounters('app1', 'v1'), requests: 5 }]
  const after = [
    { ...emptyCounters('app1', 'v1'), requests: 7 },
    { ...emptyCounters('app1', 'v2'), requests: 4 },
    { ...emptyCounters('app2', 'v1'), requests: 9 },
  ]

  expect(subtractSnapshots(after, before).map(({ requests }) => requests)).toEqual([2, 4, 9])
})
