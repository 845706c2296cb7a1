import { silentLogger } from '@seaworthy/kit'
import { waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { BuildGovernor, type BuildRequest } from './build-governor.ts'
import { averageOf, type MachineFacts, readMachine } from './machine-facts.ts'

const GB = 1024 ** 3

function open(machine: Partial<MachineFacts> = {}) {
  const state: MachineFacts = { memory: { total: 4 * GB, available: 4 * GB }, ...machine }
  const governor = new BuildGovernor({
    slots: 2,
    reservedBytes: GB,
    log: silentLogger,
    readMachine: () => state,
    lookEveryMs: 20,
  })
  return { governor, state }
}

function request(app: string, needGb: number, more: Partial<BuildRequest> = {}) {
  const reasons: string[] = []
  const build: BuildRequest = {
    id: `${app}-build`,
    app,
    needBytes: needGb * GB,
    signal: new AbortController().signal,
    onWait: reason => reasons.push(reason),
    ...more,
  }
  return { build, reasons }
}

test('a build waits with its reason, told once, until the one before it has ended', async () => {
  const { governor } = open()
  const first = await governor.acquire(request('api', 2).build)
  const second = request('shop', 1.9)
  const waiting = governor.acquire(second.build)
  await waitFor(() => second.reasons.length > 0)

  first.release()
  const grant = await waiting

  expect(first.limits).toEqual({ memoryMb: 2560 })
  expect(second.reasons).toEqual(["needs about 1.9 GB, 512 MB free; starts when api's build ends"])
  expect(grant.limits.memoryMb).toBeGreaterThan(1.9 * 1024)
  grant.release()
})

test('a cancelled one leaves the queue, and those behind it move up', async () => {
  const { governor } = open()
  const first = await governor.acquire(request('api', 2).build)
  const controller = new AbortController()
  const cancelled = governor.acquire(request('large', 2, { signal: controller.signal }).build)
  const behind = governor.acquire(request('tiny', 0.1).build)

  controller.abort(new Error('cancelled'))

  await expect(cancelled).rejects.toThrow('cancelled')
  const grant = await behind
  grant.release()
  first.release()
})

test('memory that comes free while it waits lets a build start', async () => {
  const { governor, state } = open({ memory: { total: 4 * GB, available: 0.5 * GB } })
  const shop = request('shop', 1)
  const waiting = governor.acquire(shop.build)
  await waitFor(() => shop.reasons.length > 0)

  state.memory = { total: 4 * GB, available: 3 * GB }

  const grant = await waiting
  expect(grant.observe({ memoryBytes: 7 })).toEqual({ cpuShare: 1 })
  grant.release()
})

test('running builds are slowed under pressure, and their peak is known', async () => {
  const { governor, state } = open()
  const grant = await governor.acquire(request('api', 1).build)
  expect(grant.peakBytes()).toBe(undefined)
  grant.observe({ memoryBytes: 900 })

  state.pressure = { memorySome: 50, memoryFull: 9, ioFull: 0 }

  await waitFor(() => grant.observe({ memoryBytes: 500 }).cpuShare === 0.1)
  expect(grant.peakBytes()).toBe(900)
  grant.release()
  grant.release()
})

test('a declared need that no build may have is refused in a sentence', async () => {
  const { governor } = open()

  await expect(governor.acquire(request('api', 9, { declaredAt: { line: 2 } }).build)).rejects.toMatchObject({
    code: 'build_refused',
    message: expect.stringContaining('Line 2 of seaworthy.json asks for 9.0 GB'),
  })
})

test('reads this machine', () => {
  const { memory, pressure } = readMachine()

  expect(memory.total).toBeGreaterThanOrEqual(memory.available)
  expect(memory.available).toBeGreaterThan(0)
  if (pressure) expect(Object.values(pressure).every(Number.isFinite)).toBe(true)
  expect(averageOf('some avg10=1.25 avg60=0.00 total=1\nfull avg10=0.50 avg60=0.10 total=2\n', 'full')).toBe(
    0.5,
  )
})
