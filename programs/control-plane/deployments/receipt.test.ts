import { expect, test } from 'vitest'
import { countsSince, makeReceipt, NO_COUNTS, withoutProbes } from './receipt.ts'

const head = {
  url: 'http://shop.localhost:8080',
  release: 'v2',
  previousRelease: 'v1',
  timings: { start: 120 },
}
const counts = { requests: 110, failures: 4, latencyBuckets: [100, 10] }

test('our own probes are no requests, and those that failed no failures', () => {
  const real = withoutProbes(counts, { sent: 10, countedAsFailures: 1 })

  expect(real).toMatchObject({ requests: 100, failures: 3 })
  expect(withoutProbes(NO_COUNTS, { sent: 3, countedAsFailures: 3 })).toEqual(NO_COUNTS)
})

test('a release that stays is said to, with what was counted', () => {
  const watch = {
    breach: null,
    before: NO_COUNTS,
    after: counts,
    probes: { sent: 10, failed: 1 },
    watchedMs: 5000,
  }

  const receipt = makeReceipt({ ...head, watch })

  expect(receipt).toMatchObject({
    verdict: 'kept',
    after: { requests: 110, failures: 4 },
    probes: { sent: 10, failed: 1 },
  })
})

test('a breach is said with its reason', () => {
  const receipt = makeReceipt({
    ...head,
    watch: {
      breach: '9 of 10 failed',
      before: counts,
      after: counts,
      probes: { sent: 0, failed: 0 },
      watchedMs: 400,
    },
  })

  expect(receipt).toMatchObject({ verdict: 'returned', reason: '9 of 10 failed', watchedMs: 400 })
})

test('a deployment that never switched has no traffic to tell of', () => {
  expect(makeReceipt(head)).toMatchObject({
    verdict: 'not-switched',
    before: null,
    after: null,
    probes: null,
  })
})

test('a first release has no time before', () => {
  const watch = {
    breach: null,
    before: counts,
    after: counts,
    probes: { sent: 1, failed: 0 },
    watchedMs: 100,
  }

  expect(makeReceipt({ ...head, previousRelease: null, watch }).before).toBeNull()
})

test('counts since a moment are a difference, bucket by bucket', () => {
  const later = { requests: 120, failures: 5, latencyBuckets: [108, 12] }

  expect(countsSince(counts, later)).toEqual({ requests: 10, failures: 1, latencyBuckets: [8, 2] })
})

test('after a restart of the edge its new totals count from zero', () => {
  const later = { requests: 7, failures: 0, latencyBuckets: [7, 0] }

  expect(countsSince(counts, later)).toEqual(later)
})
