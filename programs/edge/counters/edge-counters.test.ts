import type { Route } from '@seaworthy/routes'
import { expect, test } from 'vitest'
import { CounterSlots } from './counter-slots.ts'
import { counterKey, EdgeCounters } from './edge-counters.ts'
import { WorkerCounters } from './worker-counters.ts'

const table = (...releases: string[]) => ({
  version: 1,
  routes: releases.map(
    release =>
      ({
        appId: 'app_1',
        release,
        targets: [{ id: `ins_${release}`, host: '', port: 1, state: 'healthy' }],
      }) as unknown as Route,
  ),
})

test('what the workers wrote is added up by app and release, also after the release left the table', () => {
  const counters = new EdgeCounters({ workers: 2 })
  const slots = counters.assign(table('v1', 'v2'))
  const v1 = slots.counters.get(counterKey('app_1', 'v1'))!
  for (const worker of [0, 1]) {
    const own = new WorkerCounters({ memory: counters.memory, worker })
    own.requestStarted(v1, 1_000 + worker)
    own.requestStarted(v1, 1_000 + worker)
    own.answered(v1, 503, 12)
    own.appFailed(v1)
    own.requestEnded(v1, 10, 20)
  }

  counters.assign(table('v2'))

  const [first, second] = counters.read('app_1')
  expect(first).toMatchObject({
    release: 'v1',
    requests: 2,
    failures: 2,
    inFlight: 2,
    bytesIn: 20,
    bytesOut: 40,
  })
  expect(first).toMatchObject({ lastRequestAt: 1_001, edgeFailures: 0 })
  expect(first!.responses).toEqual({ '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 2 })
  expect(second).toMatchObject({ release: 'v2', requests: 0 })
  expect(counters.read('app_2')).toEqual([])
})

test('what a dead worker had in flight ends with it, the rest stays', () => {
  const counters = new EdgeCounters({ workers: 2 })
  const slots = counters.assign(table('v1'))
  const slot = slots.counters.get(counterKey('app_1', 'v1'))!
  const targetSlot = slots.targets.get('ins_v1')!
  for (const worker of [0, 1]) {
    const own = new WorkerCounters({ memory: counters.memory, worker })
    own.requestStarted(slot, 1)
    own.targetTaken(targetSlot)
  }
  expect(counters.inFlight('ins_v1')).toBe(2)

  counters.forgetInFlight(0)

  expect(counters.inFlight('ins_v1')).toBe(1)
  expect(counters.read()[0]).toMatchObject({ inFlight: 1 })
})

test('when all slots are taken, the key that left first loses its own, unless something is in flight there', () => {
  const busy = new Set<number>()
  const cleared: number[] = []
  const slots = new CounterSlots({
    capacity: 4,
    isQuiet: slot => !busy.has(slot),
    clear: slot => cleared.push(slot),
  })
  const first = slots.assign(['a', 'b', 'c'])
  slots.assign(['c'])
  busy.add(first.get('a')!)

  const next = slots.assign(['c', 'd', 'e'])

  expect(next.get('c')).toBe(first.get('c'))
  expect(next.get('d')).toBe(first.get('b'))
  expect(next.get('e')).toBe(0)
  expect(slots.get('b')).toBeUndefined()
  expect(cleared).toEqual([1, 2, 3, 2])
})
