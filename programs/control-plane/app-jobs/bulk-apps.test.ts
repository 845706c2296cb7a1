import type { BulkOfApps } from '@seaworthy/api'
import { type ApiClient, createClient } from '@seaworthy/api/client'
import { silentLogger } from '@seaworthy/kit'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { Role } from '../access/roles.ts'
import { addSession } from '../accounts/test-people.ts'
import { startTestControlPlane, type TestControlPlane } from '../http/test-control-plane.ts'
import { createJobWorker } from '../jobs/job-worker.ts'
import { addPerson } from '../teams/test-people.ts'

test('each app is asked about by itself: what is not allowed is refused with the reason, and logged', async () => {
  const platform = await startTestControlPlane()
  const { owner, member } = await teamWith(platform, 'viewer', ['shop', 'blog'])
  work(platform)

  const job = await done(member, { action: 'stop', apps: ['shop', 'blog'] })

  const reason = expect.stringContaining('This needs the role developer; yours is viewer.')
  expect(job.apps.map(({ state, reason }) => ({ state, reason }))).toEqual([
    { state: 'refused', reason },
    { state: 'refused', reason },
  ])
  expect((await owner.call('apps.get', { params: { slug: 'shop' } })).state).toBe('active')
  const entries = await owner.call('audit.list', { query: { action: 'app:stop', outcome: 'refused' } })
  expect(entries.map(({ target, actor }) => [target?.name, actor.email]).sort()).toEqual([
    ['blog', 'bob@example.org'],
    ['shop', 'bob@example.org'],
  ])
})

test('an app of others looks as one that is not there, and a job of others too', async () => {
  const platform = await startTestControlPlane()
  const { owner } = await teamWith(platform, 'viewer', ['shop'])
  const stranger = await signedIn(platform, await addPerson(platform.store, 'eve'))
  work(platform)

  const job = await done(stranger, { action: 'delete', apps: ['shop', 'none'], confirm: 2 })

  expect(job.apps.map(({ reason }) => reason)).toEqual(['There is no app shop.', 'There is no app none.'])
  await expect(owner.call('appJobs.get', { params: { id: job.id } })).rejects.toMatchObject({
    code: 'app_job_not_found',
  })
  expect(await owner.call('appJobs.list')).toEqual([])
  expect((await stranger.call('appJobs.list')).map(({ id }) => id)).toEqual([job.id])
})

test('tags are added and taken away, up to twenty, and the list is narrowed by one', async () => {
  const platform = await startTestControlPlane()
  const { owner } = await teamWith(platform, 'viewer', ['shop', 'blog'])
  work(platform)
  const many = Array.from({ length: 20 }, (_, number) => `tag-${number}`)
  await owner.call('apps.update', { params: { slug: 'blog' }, body: { tags: many } })

  const job = await done(owner, {
    action: 'tag',
    apps: ['shop', 'blog'],
    addTags: ['sales', 'eu'],
    removeTags: [],
  })

  expect(job.apps.map(({ slug, state }) => [slug, state])).toEqual([
    ['shop', 'done'],
    ['blog', 'refused'],
  ])
  const found = await owner.call('apps.list', { query: { tag: 'sales' } })
  expect(found.map(({ slug, tags }) => [slug, tags])).toEqual([['shop', ['eu', 'sales']]])
  await done(owner, { action: 'tag', apps: ['shop'], addTags: [], removeTags: ['sales'] })
  expect(await owner.call('apps.list', { query: { tag: 'sales' } })).toEqual([])
})

test('to delete several needs their number, and they go to the trash', async () => {
  const platform = await startTestControlPlane()
  const { owner } = await teamWith(platform, 'viewer', ['shop', 'blog'])
  work(platform)
  const remove = { action: 'delete' as const, apps: ['shop', 'blog'] }

  await expect(owner.call('apps.bulk', { body: remove })).rejects.toMatchObject({
    code: 'confirm_count',
  })
  await done(owner, { ...remove, confirm: 2 })

  expect(await owner.call('apps.list')).toEqual([])
  expect((await owner.call('trash.list')).map(({ slug }) => slug).sort()).toEqual(['blog', 'shop'])
})

test('a job that waits can be cancelled, and says of each app that it had no turn', async () => {
  const platform = await startTestControlPlane()
  const { owner } = await teamWith(platform, 'viewer', ['shop'])
  const { id } = await owner.call('apps.bulk', { body: { action: 'stop', apps: ['shop'] } })

  const job = await owner.call('appJobs.cancel', { params: { id } })

  expect(job).toMatchObject({ state: 'cancelled', apps: [{ slug: 'shop', state: 'refused' }] })
  await expect(owner.download('appJobs.file', { params: { id } })).rejects.toMatchObject({
    code: 'file_not_there',
  })
})

async function done(client: ApiClient, body: BulkOfApps) {
  const { id } = await client.call('apps.bulk', { body })
  const get = () => client.call('appJobs.get', { params: { id } })
  await waitFor(async () => (await get()).state === 'succeeded', { what: 'the job to be done' })
  return get()
}

/** Runs what is queued until the test ends. */
function work({ jobs, appJobHandlers: handlers }: TestControlPlane): void {
  const worker = createJobWorker({ ledger: jobs, handlers, log: silentLogger })
  worker.start()
  onTestFinished(() => worker.stop({ drainMs: 1000 }))
}

/** `ada` owns the team `sales` with these apps; `bob` is in it with this role. */
async function teamWith(platform: TestControlPlane, role: Role, slugs: readonly string[]) {
  const owner = await signedIn(platform, await addPerson(platform.store, 'ada'))
  const memberId = await addPerson(platform.store, 'bob')
  const { id } = await owner.call('teams.create', { body: { slug: 'sales' } })
  for (const slug of slugs) await owner.call('apps.create', { body: { slug, team: 'sales' } })
  const row = { team_id: id, user_id: memberId, role, created_at: 1 }
  await platform.store.db.insertInto('team_members').values(row).execute()
  return { owner, member: await signedIn(platform, memberId) }
}

async function signedIn({ store, url }: TestControlPlane, personId: string): Promise<ApiClient> {
  const { token } = await addSession(store, personId)
  const client = createClient({ baseUrl: url, token })
  onTestFinished(() => client.close())
  return client
}
