import { expect, test } from 'vitest'
import { LeaseWatch } from './lease-watch.ts'

const lease = { id: 'job_1', attempts: 1, lease_owner: 'host/1/2/3', lease_until: 1000 }

test('a lease that does not move for a whole lease time is expired, and not before', () => {
  const watch = new LeaseWatch({ leaseMs: 100 })

  expect(watch.expired([lease], 0)).toEqual([])
  expect(watch.expired([lease], 100)).toEqual([])
  expect(watch.expired([lease], 101)).toEqual([lease])
})

test('a heartbeat, a new attempt or another owner begin the time anew', () => {
  for (const moved of [{ lease_until: 999 }, { attempts: 2 }, { lease_owner: 'other' }]) {
    const watch = new LeaseWatch({ leaseMs: 100 })
    watch.expired([lease], 0)

    expect(watch.expired([{ ...lease, ...moved }], 150)).toEqual([])
  }
})

test('a lease that was not held in between is a new one', () => {
  const watch = new LeaseWatch({ leaseMs: 100 })
  watch.expired([lease], 0)
  watch.expired([], 50)

  expect(watch.expired([lease], 150)).toEqual([])
})

test('the wall clock plays no part: a lease that ended long ago, or ends in years, is treated alike', () => {
  for (const lease_until of [0, Number.MAX_SAFE_INTEGER]) {
    const watch = new LeaseWatch({ leaseMs: 100 })
    watch.expired([{ ...lease, lease_until }], 0)

    expect(watch.expired([{ ...lease, lease_until }], 50)).toEqual([])
    expect(watch.expired([{ ...lease, lease_until }], 200)).toHaveLength(1)
  }
})
