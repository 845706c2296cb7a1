import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emptyLatencyBuckets, LATENCY_BOUNDS_MS, latencyBucketIndex, percentile } from './latency-buckets.ts'

const latencies = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 })

test('counts each latency in the first bucket whose bound it does not exceed', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 60_000, noNaN: true }), ms => {
      const expected = LATENCY_BOUNDS_MS.findIndex(bound => ms <= bound)

      expect(latencyBucketIndex(ms)).toBe(expected === -1 ? LATENCY_BOUNDS_MS.length : expected)
    }),
  )
})

test('a percentile lies in the same bucket as the exact one', () => {
  fc.assert(
    fc.property(latencies, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, p) => {
      const sorted = [...values].sort((a, b) => a - b)
      const exact = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)]!

      const estimate = percentile(bucketsOf(values), p)!

      const bucket = Math.min(latencyBucketIndex(exact), LATENCY_BOUNDS_MS.length - 1)
      expect(estimate).toBeGreaterThanOrEqual(bucket === 0 ? 0 : LATENCY_BOUNDS_MS[bucket - 1]! - 1e-9)
      expect(estimate).toBeLessThanOrEqual(LATENCY_BOUNDS_MS[bucket]! + 1e-9)
    }),
  )
})

test('a higher percentile is never a lower latency', () => {
  fc.assert(
    fc.property(latencies, values => {
      const buckets = bucketsOf(values)

      expect(percentile(buckets, 0.5)!).toBeLessThanOrEqual(percentile(buckets, 0.95)!)
      expect(percentile(buckets, 0.95)!).toBeLessThanOrEqual(percentile(buckets, 1)!)
    }),
  )
})

test('there is no percentile of nothing', () => {
  expect(percentile(emptyLatencyBuckets(), 0.95)).toBeUndefined()
})

function bucketsOf(values: number[]): number[] {
  const buckets = emptyLatencyBuckets()
  for (const ms of values) buckets[latencyBucketIndex(ms)]!++
  return buckets
}
