import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Leftover } from '@seaworthy/builder'
import { silentLogger as log } from '@seaworthy/kit'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { Events } from '../events/events.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { DiskLedger } from './disk-ledger.ts'
import { DiskRoom } from './disk-room.ts'
import { DiskSamples } from './disk-samples.ts'
import { PulledImages } from './pulled-images.ts'

const HEX = 'b'.repeat(64)
const DAY_MS = 86_400_000

function open(store: Store, leftovers: Leftover[] = []) {
  const home = temporaryFolder().path
  mkdirSync(join(home, 'artifacts', HEX), { recursive: true })
  writeFileSync(join(home, 'artifacts', HEX, 'file'), Buffer.alloc(2_000_000, 1))
  const space = { totalBytes: 100e9, freeBytes: 50e9 }
  const time = { now: Date.now() }
  const events = new Events({ store })
  const disk = new DiskLedger({
    ...{ home, store, events, log },
    samples: new DiskSamples({ store }),
    room: { space: async () => ({ ...space }) },
    referencedArtifacts: async () => [],
    referencedSources: async () => [],
    leftovers: { list: async () => leftovers },
    pulledImages: new PulledImages({ store }),
    docker: { wasUsed: () => false, engine: () => Promise.reject(new Error('no engine')) },
    clock: { now: () => time.now },
  })
  return { disk, space, time, events }
}

await forEachStore(({ openStore }) => {
  test('the report says what takes the disk, and when it is full', async () => {
    const { disk, space, time } = open(await openStore())
    for (let day = 0; day < 8; day += 1) {
      await disk.measure()
      space.freeBytes -= 1e9
      time.now += DAY_MS
    }
    await disk.measure()

    const report = await disk.report()

    expect(report).toMatchObject({ totalBytes: 100e9, freeBytes: 42e9, usedPercent: 58 })
    expect(report.entries.find(({ kind }) => kind === 'artifact')?.bytes).toBeGreaterThanOrEqual(2_000_000)
    expect(report.forecast).toMatchObject({ state: 'growing', bytesPerDay: 1e9 })
    expect(report.history).toHaveLength(9)
    expect(disk.reclaimableBytes).toBeGreaterThanOrEqual(2_000_000)
  })

  test('a reclaim lists what builds left beside what no release names', async () => {
    const cache: Leftover = { kind: 'cache', name: 'dependencies/app_gone/1', appId: 'app_gone', bytes: 5 }
    const base: Leftover = { kind: 'base-image', name: 'debian:12', bytes: 7 }
    const { disk } = open(await openStore(), [cache, base])

    const plan = await disk.planReclaim()

    expect(plan.map(({ kind, name, app }) => [kind, name, app])).toEqual([
      ['artifact', `sha256:${HEX}`, null],
      ['cache', 'dependencies/app_gone/1', 'app_gone'],
      ['base-image', 'debian:12', null],
    ])
  })

  test('remembers which images it pulled, each once', async () => {
    const pulled = new PulledImages({ store: await openStore() })
    const image = { id: 'sha256:1', name: 'debian:12', pulledAt: 1 }

    await pulled.remember(image)
    await pulled.remember({ ...image, pulledAt: 2 })
    await pulled.remember({ ...image, name: 'debian:latest' })

    expect(await pulled.list()).toEqual([
      { ...image, pulledAt: 2 },
      { ...image, name: 'debian:latest' },
    ])
  })

  test('each step of fullness is told once', async () => {
    const { disk, space, time, events } = open(await openStore())

    for (const freeBytes of [50e9, 19e9, 21e9, 19e9, 4e9, 60e9, 15e9]) {
      space.freeBytes = freeBytes
      time.now += 1
      await disk.measure()
    }

    const { items } = await events.list({ page: 1, limit: 10, type: 'disk:filling', order: 'asc' })
    expect(items.map(row => JSON.parse(row.data_json).level).sort()).toEqual([80, 80, 95])
  })
})

test('what does not fit is refused with what is free, what is needed and what helps', async () => {
  const room = new DiskRoom({ home: temporaryFolder().path, reclaimableBytes: () => 700e6 })
  const { totalBytes } = await room.space()

  await room.require({ what: 'a build', neededBytes: 0 })
  const refused = room.require({ what: 'this upload', neededBytes: totalBytes })

  await expect(refused).rejects.toMatchObject({ code: 'disk_full', status: 507 })
  await expect(refused).rejects.toThrow(
    /no room for this upload .*: \d+ MB are free, \d+ MB are needed.*disk reclaim would free about 668 MB/,
  )
})
