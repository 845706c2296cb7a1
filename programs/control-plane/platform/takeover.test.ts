import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { silentLogger } from '@seaworthy/kit'
import { waitFor } from '@seaworthy/testing'
import { ENDED_STATES } from '@seaworthy/testing/platform-client'
import { beforeAll, expect, test } from 'vitest'
import { stopAll } from '../stop-all.ts'
import { answers, appFolder, builtWith, processesOf, TestPlatform } from '../test-platform.ts'

let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

async function restart(meanwhile: () => unknown = () => {}): Promise<void> {
  await platform.stopControlPlane()
  await meanwhile()
  await platform.startControlPlane()
}

test('the parent is told when the platform is ready, and what goes on when it stops', async () => {
  await platform.goLive('goes-on', appFolder(answers('one')))

  await restart()

  const [ready] = platform.told
  expect(ready).toMatchObject({
    type: 'ready',
    urls: { edge: `http://localhost:${platform.config.httpPort}` },
    setupUrl: expect.stringMatching(
      new RegExp(`^http://localhost:${platform.config.port}/setup#token=.{20,}`),
    ),
  })
  expect(platform.told.filter(({ type }) => type === 'stopped')).toEqual([
    { type: 'stopped', apps: ['goes-on'], edge: true },
  ])
})

test('a started platform takes over the instances that run, and goes on watching them', async () => {
  const slug = 'adopted'
  await platform.goLive(slug, appFolder(answers('one')))
  const before = processesOf(slug)

  await restart(async () => expect((await platform.request(slug)).body).toBe('one'))

  expect(processesOf(slug)).toEqual(before)
  expect((await platform.request(slug)).body).toBe('one')
  for (const pid of before) process.kill(pid, 'SIGKILL')
  await waitFor(async () => (await platform.request(slug)).body === 'one', {
    what: 'the app to be started again',
  })
  expect(await platform.eventTypes(slug)).toContain('instance:crashed')
  expect(await platform.running(slug)).toEqual(['web'])
})

test('an instance that ended while nobody looked is started again, and its end is told', async () => {
  const slug = 'orphan'
  await platform.goLive(slug, appFolder(answers('one')))

  await restart(() => {
    for (const pid of processesOf(slug)) process.kill(pid, 'SIGKILL')
  })

  await waitFor(async () => (await platform.request(slug)).body === 'one', {
    what: 'the app to answer again',
  })
  const [end] = await waitFor(async () => {
    const ends = await platform.api.call('instances.ends', { params: { slug } })
    return ends.length > 0 ? ends : undefined
  })
  expect(end).toMatchObject({
    process: 'web',
    sentence: expect.stringContaining('while the platform was away'),
  })
  expect(await platform.eventTypes(slug)).toContain('instance:crashed')
  expect(await platform.running(slug)).toEqual(['web'])
})

test('a start that the last run did not see through is ended, and nothing runs twice', async () => {
  const slug = 'half-started'
  await platform.goLive(slug, appFolder(answers('one')))
  const before = processesOf(slug)

  await restart(() => {
    // As a control plane leaves it that is killed after it started an instance and before that was healthy.
    using database = new DatabaseSync(join(platform.config.home, 'database', 'seaworthy.sqlite'))
    const forget = `update instances set state = 'starting', healthy_at = null, deployment_id = null
      where stopped_at is null and app_id = (select id from apps where slug = ?)`
    expect(database.prepare(forget).run(slug).changes).toBe(1)
  })

  await waitFor(async () => (await platform.request(slug)).body === 'one', {
    what: 'the app to answer again',
  })
  await waitFor(() => processesOf(slug).every(pid => !before.includes(pid)), { what: 'the old start to end' })
  expect(await platform.running(slug)).toEqual(['web'])
})

test('the edge serves by its last table while no control plane runs, and is taken over too', async () => {
  const slug = 'served-on'
  await platform.goLive(slug, appFolder(answers('one')))
  const before = await platform.api.call('status.get')

  await restart()

  const after = await platform.api.call('status.get')
  expect(after.edge).toMatchObject({ state: 'running', pid: before.edge.pid })
  expect(after.edge.tableVersion).toBeGreaterThan(before.edge.tableVersion!)
})

test('a deployment that is cut off by a stop goes on after the restart, and builds again from the start', async () => {
  const slug = 'cut-off'
  const folder = appFolder(answers('one'), builtWith('sleep 1'))
  const { number } = await platform.push(slug, folder)
  await waitFor(
    async () => (await platform.api.call('builds.list', { params: { slug } }))[0]?.state === 'running',
    { what: 'the build to run' },
  )

  await restart()

  expect(await platform.untilState(slug, number, ENDED_STATES)).toMatchObject({
    state: 'succeeded',
    release: 1,
  })
  expect(await platform.api.call('builds.list', { params: { slug } })).toHaveLength(1)
  expect((await platform.request(slug)).body).toBe('one')
})

test('a deployment that is cut off while users see the new release is watched again and comes to its end', async () => {
  const slug = 'cut-off-late'
  await platform.goLive(slug, appFolder(answers('one')))
  const watched = { 'seaworthy.json': { deploy: { watchSeconds: 1 } } }
  const { number } = await platform.push(slug, appFolder(answers('two'), watched))
  await platform.untilState(slug, number, ['watching'])

  await restart()

  const deployment = await platform.untilState(slug, number, ENDED_STATES)
  expect(deployment).toMatchObject({
    state: 'succeeded',
    receipt: { verdict: 'kept', previousRelease: 'v1' },
  })
  expect((await platform.request(slug)).body).toBe('two')
  await waitFor(() => processesOf(slug).length === 1, { what: 'only the new release to run' })
})

test('after everything was stopped nothing runs, and the next start brings the apps back', async () => {
  const slug = 'comes-back'
  await platform.goLive(slug, appFolder(answers('one')))

  await restart(async () => {
    await stopAll(platform.config, { log: silentLogger })
    expect(processesOf(slug)).toEqual([])
    await expect(platform.request(slug)).rejects.toThrow(/ECONNREFUSED/)
  })

  await waitFor(async () => (await platform.request(slug)).body === 'one', {
    what: 'the app to answer again',
  })
})

test('the status tells how the platform is', async () => {
  const status = await platform.api.call('status.get')

  expect(status).toMatchObject({
    runtime: { kind: 'process' },
    edge: { state: 'running' },
    database: { kind: 'sqlite' },
    home: platform.config.home,
  })
  expect(status.counts!.apps).toBe((await platform.api.call('apps.list')).length)
  expect(status.counts!.instances).toBeGreaterThan(0)
})
