import { silentLogger } from '@seaworthy/kit'
import { expect, onTestFinished, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { InstanceRecords } from '../instances/instance-records.ts'
import { ApiRequestMeter } from '../quotas/api-request-meter.ts'
import { parseLimits } from '../quotas/quota-limits.ts'
import { Quotas } from '../quotas/quotas.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { AppLimits } from './app-limits.ts'
import { InstanceEnds } from './instance-ends.ts'

const DAY_MS = 86_400_000
const OUT_OF_MEMORY = { exit: { code: null, signal: 'SIGKILL' as const, oomKilled: true } }

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const defaults = { team: parseLimits(''), user: parseLimits('') }
    const meter = new ApiRequestMeter({ store, defaults, log: silentLogger })
    onTestFinished(() => meter.close())
    const app = await new Apps({ store }).create({ slug: 'shop', madeBy: null })
    const limits = new AppLimits({
      ...{ store, quotas: new Quotas({ store, defaults, meter }) },
      ...{ platform: { memoryMb: 512 }, machine: { memoryMb: 2000, cpus: 2 } },
    })
    return { store, app, limits, records: new InstanceRecords({ store }) }
  }

  test('limits of an app replace those of its release until they are taken away', async () => {
    const { app, limits } = await open()
    const release = { resources: { memoryMb: 256, cpus: 1 } }

    await limits.replace(app, { memoryMb: 768 })
    const set = await limits.effective(app, release, 'web')
    const { before } = await limits.replace(app, {})
    const unset = await limits.effective(app, release, 'web')

    expect(set.limits).toEqual({ memoryMb: 768, cpus: 1 })
    expect(before).toEqual({ memoryMb: 768 })
    expect(unset.limits).toEqual({ memoryMb: 256, cpus: 1 })
  })

  test('limits above the machine are refused with every field, and change nothing', async () => {
    const { app, limits } = await open()
    const body = { memoryMb: 2001, perProcess: { worker: { cpus: 3 } } }

    await expect(limits.replace(app, body)).rejects.toMatchObject({
      ...{ code: 'limits_not_possible', status: 422 },
      message: expect.stringContaining('memoryMb: this server has 2000 MB of memory'),
    })

    expect(await limits.own(app.id)).toEqual({})
  })

  test('ends are kept with their last lines, counted by day, and forgotten when they get many', async () => {
    const { store, app, records } = await open()
    let now = 100 * DAY_MS
    const line = { at: 5, stream: 'stderr' as const, text: 'x'.repeat(5000) }
    const logs = { query: async () => [line as never] }
    const ends = new InstanceEnds({ store, logs, clock: { now: () => now } })
    const starting = {
      app_id: app.id,
      release_id: 'rel_1',
      deployment_id: null,
      process: 'web',
      runtime: 'process',
    }
    const end = async () => ends.record({ ...starting, ...NO_ROW, id: `ins_${now}` }, OUT_OF_MEMORY)

    await end()
    now += DAY_MS + 1
    for (let count = 0; count < 55; count++, now += 1) await end()

    expect(await ends.memoryKills(app.id)).toEqual(new Map([['web', 50]]))
    const kept = await ends.list(app.id, 100)
    expect(kept).toHaveLength(50)
    expect(Number(kept[0]!.at)).toBe(now - 1)
    expect(JSON.parse(kept[0]!.lines_json)).toEqual([{ ...line, text: 'x'.repeat(1000) }])
    expect(await records.listLive()).toEqual([])
  })

  test('an end that is told twice is kept once, as it was told first', async () => {
    const { store, app } = await open()
    const ends = new InstanceEnds({ store, logs: { query: async () => [] } })
    const row = {
      ...NO_ROW,
      app_id: app.id,
      release_id: 'rel_1',
      deployment_id: null,
      process: 'web',
      runtime: 'process',
    }

    await ends.record({ ...row, id: 'ins_1' }, OUT_OF_MEMORY)
    await ends.record({ ...row, id: 'ins_1' }, { exit: { code: 1, signal: null, oomKilled: false } })

    expect((await ends.list(app.id, 10)).map(({ reason }) => reason)).toEqual(['out-of-memory'])
  })
})

const NO_ROW = {
  ...{
    state: 'crashed' as const,
    handle_json: 'null',
    port: null,
    created_at: 1,
    healthy_at: 2,
    stopped_at: 3,
  },
  ...{ exit_json: null, limits_json: JSON.stringify({ memoryMb: 128 }) },
}
