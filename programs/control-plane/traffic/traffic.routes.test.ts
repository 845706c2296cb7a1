import { beforeEach, expect, test } from 'vitest'
import { signInOwner, startTestControlPlane, type TestControlPlane } from '../http/test-control-plane.ts'

let platform: TestControlPlane
let api: Awaited<ReturnType<typeof signInOwner>>['client']
const params = { slug: 'shop' }

beforeEach(async () => {
  platform = await startTestControlPlane()
  api = (await signInOwner(platform)).client
  await platform.apps.create(params)
})

async function settings() {
  const { settings } = await api.call('traffic.get', { params })
  return Object.fromEntries(settings.map(({ key, value, from }) => [key, { value, from }]))
}

test('settings are replaced as a whole, changed one by one, and taken away again', async () => {
  await api.call('traffic.replace', { params, body: { compression: false, headers: { 'X-A': '1' } } })
  const changed = await api.call('traffic.update', {
    params,
    body: { headers: null, limits: { requestsPerMinutePerIp: 60 } },
  })

  expect(changed.version).toBe(2)
  expect(changed.changes).toEqual([
    { key: 'headers', before: { 'X-A': '1' }, after: null },
    { key: 'limits', before: null, after: { requestsPerMinutePerIp: 60 } },
  ])
  expect(await settings()).toMatchObject({
    compression: { value: false, from: 'app' },
    headers: { value: null, from: 'default' },
    limits: { value: { requestsPerMinutePerIp: 60 }, from: 'app' },
  })
})

test('a preview tells what would change, and changes nothing', async () => {
  const query = { preview: 'true' as const }

  const preview = await api.call('traffic.update', { params, query, body: { compression: false } })

  expect(preview).toMatchObject({ preview: true, version: 0, changes: [{ key: 'compression' }] })
  expect((await settings()).compression).toEqual({ value: true, from: 'default' })
})

test('one who edits what somebody else changed meanwhile is told', async () => {
  await api.call('traffic.update', { params, body: { compression: false } })

  const stale = api.call('traffic.replace', { params, query: { baseVersion: '0' }, body: {} })

  await expect(stale).rejects.toMatchObject({ status: 409, code: 'traffic_changed' })
})

test('a password is nowhere but in its hash, and stays when what is shown is sent back', async () => {
  const secret = 'Lantern-4-Tidewash'
  const basicAuth = [{ path: '/', users: [{ name: 'ada', password: secret }] }]
  const first = await api.call('traffic.update', { params, body: { access: { basicAuth } } })
  const hash = await hashOfAda()

  const shown = (await settings()).access!.value as { basicAuth: typeof basicAuth }
  await api.call('traffic.replace', { params, body: { access: shown } })

  expect(JSON.stringify([first, shown])).not.toMatch(/Lantern|scrypt/)
  expect(hash).toMatch(/^scrypt\$/)
  expect(await hashOfAda()).toBe(hash)
  const everything = JSON.stringify(await platform.store.db.selectFrom('audit_entries').selectAll().execute())
  expect(everything).toContain('"ada"'.replaceAll('"', '\\"'))
  expect(everything).not.toMatch(/Lantern|scrypt/)
})

async function hashOfAda(): Promise<string> {
  const row = await platform.store.db.selectFrom('app_traffic').selectAll().executeTakeFirstOrThrow()
  return JSON.parse(row.settings_json).access.basicAuth[0].users[0].passwordHash
}

test('a user without a password is refused by place and name', async () => {
  const access = { basicAuth: [{ path: '/', users: [{ name: 'eve' }] }] }

  const refused = api.call('traffic.update', { params, body: { access } })

  await expect(refused).rejects.toMatchObject({
    status: 422,
    code: 'password_missing',
    errors: [{ path: 'access.basicAuth.0.users.0', message: expect.stringContaining('eve') }],
  })
})

test('an app is closed and opened, and what is not said stays as it was', async () => {
  const close = (body: { holdSeconds?: number; message?: string }) =>
    api.call('maintenance.set', { params, body: { on: true, ...body } })

  await close({ holdSeconds: 5, message: 'Soon back' })
  const still = await close({ holdSeconds: 10 })
  const open = await api.call('maintenance.set', { params, body: { on: false } })

  expect(still.maintenance).toEqual({ holdSeconds: 10, message: 'Soon back', allow: [] })
  expect(open.maintenance).toBeNull()
  const events = await api.call('events.app', { params, query: { type: 'maintenance:changed' } })
  expect(events.map(({ data }) => (data as { on: boolean }).on)).toEqual([false, true, true])
})

test('an app that was never live has no headers to grade', async () => {
  await expect(api.call('traffic.headers', { params })).rejects.toMatchObject({ code: 'never_live' })
})
