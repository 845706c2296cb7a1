import { silentLogger } from '@seaworthy/kit'
import { createMetrics } from '@seaworthy/kit/metrics'
import { emptyCounters } from '@seaworthy/routes'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import type { LiveInstance } from '../instances/instance-manager.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { AppMetrics } from './app-metrics.ts'
import { DAY, HOUR, MINUTE } from './figure-steps.ts'
import { ResourceFigures } from './resource-figures.ts'
import { ResourceSampler } from './resource-sampler.ts'

const MB = 1_048_576
const NOW = Date.parse('2026-11-21T10:00:05.000Z')

/** Instances of one app that use what the test says. */
function sampled(uses: Record<string, { memoryBytes: number; cpuMs: number } | 'gone'>, appId = 'app_1') {
  const live = Object.keys(uses).map(id => ({
    row: { id, app_id: appId, process: 'web', release_id: 'rel_1' },
    stopping: false,
  }))
  const manager = {
    live: () => live as unknown as LiveInstance[],
    sample: async ({ row }: LiveInstance) => {
      const use = uses[row.id]!
      if (use === 'gone') throw new Error('no such process')
      return use
    },
  }
  const releases = { getById: async () => ({ settings_json: '{"resources":{"memoryMb":64}}' }) as never }
  return { uses, sampler: new ResourceSampler({ manager, releases, log: silentLogger }) }
}

test('what instances use is known as of the last look, against their limit', async () => {
  const { uses, sampler } = sampled({ one: { memoryBytes: 10 * MB, cpuMs: 100 }, two: 'gone' })
  await sampler.look(NOW)
  expect(sampler.usage().get('one')).toMatchObject({ memoryLimitBytes: 64 * MB, cpus: undefined })

  uses.one = { memoryBytes: 20 * MB, cpuMs: 5_100 }
  await sampler.look(NOW + 10_000)

  expect([...sampler.usage().keys()]).toEqual(['one'])
  expect(sampler.usage().get('one')).toMatchObject({ memoryBytes: 20 * MB, cpus: 0.5, process: 'web' })
})

await forEachStore(({ openStore }) => {
  test('the most memory and all computing time of a step are kept, of all instances together', async () => {
    const store = await openStore()
    const app = await new Apps({ store }).create({ slug: 'shop' })
    const one = { memoryBytes: 10 * MB, cpuMs: 0 }
    const { uses, sampler } = sampled({ one, two: { memoryBytes: 30 * MB, cpuMs: 0 } }, app.id)
    const resources = new ResourceFigures({ store })
    await sampler.look(NOW)
    await resources.add(sampler.takeRows())
    uses.one = { memoryBytes: 25 * MB, cpuMs: 400 }
    await sampler.look(NOW + 20_000)
    uses.one = { memoryBytes: 5 * MB, cpuMs: 500 }
    await sampler.look(NOW + 40_000)
    await resources.add(sampler.takeRows())
    expect(sampler.takeRows()).toEqual([])

    const time = { from: NOW - 2 * 86_400_000, to: NOW + 86_400_000 }
    for (const step of [MINUTE, HOUR, DAY] as const) {
      expect(await resources.points(app.id, { ...time, step })).toEqual([
        { at: expect.any(Number), memory_bytes: 55 * MB, memory_limit_bytes: 128 * MB, cpu_ms: 500 },
      ])
    }
    await resources.prune(NOW + 3 * 86_400_000)
    expect(await resources.points(app.id, { ...time, step: MINUTE })).toEqual([])
  })

  test('rows of an app that was purged are left out', async () => {
    const store = await openStore()
    const { sampler } = sampled({ one: { memoryBytes: MB, cpuMs: 1 } }, 'app_gone')
    await sampler.look(NOW)

    await new ResourceFigures({ store }).add(sampler.takeRows())

    expect(await store.db.selectFrom('resource_figures').selectAll().execute()).toEqual([])
  })
})

test('only so many apps have series of their own; the others are one', async () => {
  const metrics = createMetrics()
  const slugs = new Map([
    ['app_1', 'shop'],
    ['app_2', 'blog'],
    ['app_3', 'late'],
  ])
  const apps = new AppMetrics({ metrics, slugs: async () => slugs, usage: () => new Map(), maxApps: 2 })
  await apps.learnNames()
  const news = [...slugs.keys()].map(appId => ({
    ...emptyCounters(appId, 'v1'),
    inFlight: 2,
    responses: { '1xx': 0, '2xx': 5, '3xx': 0, '4xx': 0, '5xx': 1 },
  }))

  apps.count([...news, ...news], news)

  const text = await metrics.render()
  expect(text).toContain('seaworthy_app_requests_total{app="shop",class="2xx"} 10')
  expect(text).toContain('seaworthy_app_requests_total{app="other",class="5xx"} 2')
  expect(text).toContain('seaworthy_app_requests_in_flight{app="blog"} 2')
  expect(text).not.toContain('late')
})
