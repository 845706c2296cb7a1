import { createKeyRing, createMasterKey } from '@seaworthy/kit'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { EnvVars } from '../env/env-vars.ts'
import { Events } from '../events/events.ts'
import { signInOwner, startTestControlPlane } from '../http/test-control-plane.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import type { EventRow } from '../store/schema.ts'
import { Timeline } from './timeline.ts'
import { deploymentEntry, eventEntry } from './timeline-entries.ts'

const EVER = { from: 0, to: Number.MAX_SAFE_INTEGER, withAudit: true }

async function withApp(store: Store) {
  const app = await new Apps({ store }).create({ slug: 'shop' })
  const key = createMasterKey()
  const keyRing = createKeyRing({ keys: [key], primary: key.id })
  return { app, events: new Events({ store }), envVars: new EnvVars({ store, keyRing }) }
}

function event(type: string, data: object): EventRow {
  return { id: 'evt_1', app_id: 'app_1', type, data_json: JSON.stringify(data), created_at: 1 }
}

await forEachStore(({ openStore }) => {
  test('events of one app are told in sentences, the newest first, within the time that was asked for', async () => {
    const store = await openStore()
    const { app, events } = await withApp(store)
    const exit = { code: null, signal: 'SIGKILL', oomKilled: true }
    await events.append({ appId: app.id, type: 'app:slept', data: {} })
    await events.append({ appId: app.id, type: 'app:scaled', data: { scale: { web: 2 }, actor: 'ada' } })
    const crash = { instance: 'ins_1', process: 'web', exit }
    const last = await events.append({ appId: app.id, type: 'instance:crashed', data: crash })
    await events.append({ appId: null, type: 'platform:started', data: {} })

    const timeline = new Timeline({ store })
    const { entries, complete } = await timeline.read({ app, ...EVER })

    expect(complete).toBe(true)
    expect(entries.map(({ kind }) => kind).sort()).toEqual(['out-of-memory', 'scale', 'sleep'])
    expect(entries.find(({ kind }) => kind === 'scale')).toMatchObject({
      title: 'Scaled to web=2',
      by: 'ada',
    })
    expect((await timeline.read({ app, ...EVER, to: last.created_at - 60_000 })).entries).toEqual([])
  })

  test('a change of the variables is told by its names, never by its values', async () => {
    const store = await openStore()
    const { app, envVars } = await withApp(store)
    await envVars.change(app, { set: { A: { value: 'one', secret: false } }, unset: [] }, 'ada')
    await envVars.change(app, { set: { B: { value: 'hidden-value', secret: true } }, unset: [] }, 'ada')

    const { entries } = await new Timeline({ store }).read({ app, ...EVER })

    expect(entries.map(({ title }) => title).sort()).toEqual([
      'Variables were changed: A',
      'Variables were changed: B',
    ])
    expect(JSON.stringify(entries)).not.toContain('hidden-value')
  })
})

test('a deployment is told by what became of it', () => {
  const row = { number: 7, created_by: 'ada', created_at: 1000, switched_at: 2000, finished_at: 3000 }
  const told = (change: object, release: number | null = 4) =>
    deploymentEntry({ ...row, state: 'succeeded', reason: 'deploy', error_message: null, ...change }, release)

  expect(told({})).toMatchObject({
    title: 'Release v4 went live',
    at: '1970-01-01T00:00:02.000Z',
    tone: 'good',
  })
  expect(told({ reason: 'rollback' })).toMatchObject({ kind: 'rollback' })
  const failed = told({ state: 'failed', error_message: 'It broke.', switched_at: null }, null)
  expect(failed).toMatchObject({ title: 'Deployment 7 failed: It broke.', tone: 'bad' })
  expect(told({ state: 'watching' })).toMatchObject({ title: 'Release v4 is on its way (watching)' })
})

test('an event that is younger than this list has its kind all the same', () => {
  expect(eventEntry(event('limit:hit', {}))).toMatchObject({
    kind: 'limit',
    tone: 'bad',
    title: 'Limit: hit',
  })
  const expiring = eventEntry(event('certificate:about-to-expire', { host: 'a.example' }))
  expect(expiring).toMatchObject({ kind: 'certificate', tone: 'bad', title: 'a.example: about to expire' })
  expect(eventEntry(event('deployment:failed', {}))).toBeUndefined()
})

test('entries of the audit log are for who may read that', async () => {
  const platform = await startTestControlPlane()
  const { token } = await signInOwner(platform)
  const app = await platform.apps.create({ slug: 'shop' })
  const url = `${platform.url}/api/v1/apps/shop`
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  await fetch(url, { method: 'PATCH', headers, body: '{"name":"New"}' })

  const whole = await new Timeline({ store: platform.store }).read({ app, ...EVER })
  const without = await new Timeline({ store: platform.store }).read({ app, ...EVER, withAudit: false })
  const seen = (await (await fetch(`${url}/timeline`, { headers })).json()) as { data: typeof whole }

  expect(whole.entries).toMatchObject([
    { source: 'audit', title: 'Settings were changed', by: 'ada@example.org' },
  ])
  expect(seen.data.entries).toEqual(whole.entries)
  expect(without.entries).toEqual([])
})
