import { type ApiClient, createClient } from '@seaworthy/api/client'
import { waitFor } from '@seaworthy/testing'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { answers, appFolder, TestPlatform } from '../../test-platform.ts'

let platform: TestPlatform
beforeAll(async () => {
  platform = await TestPlatform.start()
})

/** Somebody who came into the default team by an invitation, over TCP as everybody. */
async function newMember(email: string, role: 'admin' | 'developer'): Promise<ApiClient> {
  const baseUrl = `http://127.0.0.1:${platform.config.port}`
  const { url } = await platform.api.call('invitations.create', {
    params: { team: 'default' },
    body: { role },
  })
  const stranger = createClient({ baseUrl })
  const [token, password] = [new URL(url!).hash.slice('#token='.length), 'Quiet-Lantern-7-Harbour']
  await stranger.call('invitations.join', { body: { token, email, name: email, password } })
  const session = await stranger.call('session.create', { body: { email, password } })
  stranger.close()
  const client = createClient({ baseUrl, token: (session as { token: string }).token })
  onTestFinished(() => client.close())
  return client
}

const body = async (slug: string) => (await platform.request(slug)).body

test('a deployment waits through a restart, tells what it changes, and goes live by the word of another', async () => {
  const slug = 'guarded'
  await platform.goLive(slug, appFolder(answers('one'), { 'old.txt': 'old' }))
  await platform.api.call('approval.set', { params: { slug }, body: { required: true } })
  const approver = await newMember('ada@example.org', 'admin')
  await platform.api.call('env.update', {
    params: { slug },
    body: { set: { SECRET: { value: 'hush', secret: true } } },
  })
  await platform.untilState(slug, 2, ['awaiting_approval'])
  const folder = appFolder(answers('two'), { 'new.txt': 'new' })
  const { number } = await platform.push(slug, folder)
  const params = { slug, number }
  const waiting = await platform.untilState(slug, number, ['awaiting_approval'])
  const follower = platform.follow(slug, waiting)

  expect(waiting).toMatchObject({
    release: 3,
    approval: { state: 'waiting', role: 'admin' },
    startedAt: null,
  })
  const changes = await approver.call('deployments.changes', { params })
  expect(changes).toMatchObject({
    from: 1,
    to: 3,
    code: { same: false, files: { added: 1, changed: 1, removed: 1 } },
    env: [{ name: 'SECRET', change: 'added' }],
    can: { approve: true, refuse: true },
  })
  expect(JSON.stringify(changes)).not.toContain('hush')
  await expect(platform.api.call('deployments.approve', { params, body: {} })).rejects.toMatchObject({
    status: 403,
    code: 'may_not_decide',
  })

  await platform.stopControlPlane()
  expect(await body(slug)).toBe('one')
  await platform.startControlPlane()
  expect(await platform.untilState(slug, number, ['awaiting_approval'])).toMatchObject({ release: 3 })
  await approver.call('deployments.approve', { params, body: { comment: 'Fine' } })

  const { deployment, events } = await follower
  expect(deployment).toMatchObject({
    state: 'succeeded',
    approval: { state: 'approved', decidedBy: 'ada@example.org', reason: 'Fine' },
  })
  const seen = events.flatMap(event => (event.type === 'state' ? [event.state] : []))
  expect(seen.filter(state => state === 'awaiting_approval').length).toBeGreaterThan(0)
  // What was logged after the wait is told to who followed from before it, and once.
  const steps = events.flatMap(event =>
    event.type === 'step' && event.state === 'started' ? [event.name] : [],
  )
  expect(steps.slice(-4)).toEqual(['start', 'switch', 'watch', 'drain'])
  expect(new Set(steps).size).toBe(steps.length)
  expect(await body(slug)).toBe('two')

  await approver.call('deployments.refuse', { params: { slug, number: 2 }, body: { reason: 'Superseded' } })
  expect(await platform.untilState(slug, 2, ['cancelled'])).toMatchObject({
    error: { code: 'approval_refused', message: 'Refused by ada@example.org: Superseded' },
  })
  // The way back is open without a question: it has served before.
  const back = await platform.api.call('releases.rollback', {
    params: { slug },
    body: { release: 1, env: 'release' },
  })
  expect((await platform.follow(slug, back)).deployment.state).toBe('succeeded')
})

test('what was ordered for a time that passed while nobody was there starts at once afterwards', async () => {
  const slug = 'overslept'
  const at = Date.now() + 3_600_000
  const iso = (ms: number) => new Date(ms).toISOString()
  const { number } = await platform.push(slug, appFolder(answers('later')), { scheduledAt: iso(at) })
  const params = { slug, number }
  const past = platform.push(slug, appFolder(answers('past')), { scheduledAt: iso(Date.now() - 3_600_000) })
  await expect(past).rejects.toMatchObject({ status: 400, code: 'scheduled_in_past' })

  const moved = await platform.api.call('deployments.reschedule', {
    params,
    body: { scheduledAt: iso(at + 5) },
  })
  expect(moved).toMatchObject({ state: 'queued', scheduledAt: iso(at + 5) })
  const queued = await platform.api.page('deployments.list', { params: { slug }, query: { state: 'queued' } })
  expect(queued.data.map(each => each.number)).toEqual([number])
  const soon = Date.now() + 300
  await platform.api.call('deployments.reschedule', { params, body: { scheduledAt: iso(soon) } })
  await platform.stopControlPlane()
  await waitFor(() => Date.now() > soon, { what: 'its time to pass' })
  await platform.startControlPlane()

  const deployment = await platform.untilState(slug, number, ['succeeded', 'failed'])
  expect(deployment).toMatchObject({ state: 'succeeded', scheduledAt: iso(soon) })
  await expect(
    platform.api.call('deployments.reschedule', { params, body: { scheduledAt: null } }),
  ).rejects.toMatchObject({ code: 'deployment_began' })
  expect(await body(slug)).toBe('later')
})
