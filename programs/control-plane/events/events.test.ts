import { expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import type { EventRow } from '../store/schema.ts'
import { Events } from './events.ts'

await forEachStore(({ openStore }) => {
  async function open() {
    const store = await openStore()
    const clock = { time: 1_700_000_000_000, now: () => clock.time++ }
    return { store, clock, events: new Events({ store, clock }) }
  }

  test('what happened is listed newest first, by app, type and time, in pages', async () => {
    const { events } = await open()
    await events.append({ appId: 'app_1', type: 'app:slept', data: {} })
    const woke = await events.append({ appId: 'app_1', type: 'app:woke', data: {} })
    const gone = await events.append({
      appId: 'app_2',
      type: 'app:deleted',
      data: { slug: 'shop', actor: 'ada' },
    })
    const ids = async (filter: Parameters<Events['list']>[0]) =>
      (await events.list(filter)).items.map(({ type }) => type)

    expect(await ids({})).toEqual(['app:deleted', 'app:woke', 'app:slept'])
    expect(await ids({ order: 'asc', limit: 2 })).toEqual(['app:slept', 'app:woke'])
    expect(await ids({ appId: 'app_1' })).toEqual(['app:woke', 'app:slept'])
    expect(await ids({ type: 'app:woke' })).toEqual(['app:woke'])
    expect(await ids({ types: ['app:woke', 'app:deleted'] })).toEqual(['app:deleted', 'app:woke'])
    expect(await ids({ since: woke.created_at })).toEqual(['app:deleted', 'app:woke'])
    expect(await events.list({ page: 2, limit: 2 })).toMatchObject({
      total: 3,
      items: [{ type: 'app:slept' }],
    })
    expect(JSON.parse(gone.data_json)).toEqual({ slug: 'shop', actor: 'ada' })
  })

  test('subscribers hear of an event once it is committed, until they leave', async () => {
    const { events, store } = await open()
    const heard: EventRow[] = []
    const leave = events.subscribe(event => heard.push(event))

    await store.transaction(async trx => {
      await events.append({ appId: null, type: 'platform:started', data: {} }, trx)
      expect(heard).toEqual([])
    })
    await store
      .transaction(async trx => {
        await events.append({ appId: null, type: 'platform:started', data: {} }, trx)
        throw new Error('stop')
      })
      .catch(() => {})
    leave()
    await events.append({ appId: 'app_1', type: 'app:woke', data: {} })

    expect(heard.map(({ type }) => type)).toEqual(['platform:started'])
    expect((await events.list()).total).toBe(2)
  })

  test('old events are forgotten on request', async () => {
    const { events, clock } = await open()
    await events.append({ appId: null, type: 'platform:started', data: {} })
    const border = clock.time
    await events.append({ appId: null, type: 'platform:started', data: {} })

    expect(await events.prune(border)).toBe(1)

    expect((await events.list()).total).toBe(1)
  })
})
