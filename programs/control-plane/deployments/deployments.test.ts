import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ApiClient, createClient } from '@seaworthy/api/client'
import { packFolder } from '@seaworthy/source/pack'
import { systemPart, waitFor } from '@seaworthy/testing'
import { ENDED_STATES } from '@seaworthy/testing/platform-client'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { answers, appFolder, builtWith, processesOf, serves, TestPlatform } from '../test-platform.ts'

const withoutGit = await systemPart.missing('git')
let platform: TestPlatform

beforeAll(async () => {
  platform = await TestPlatform.start()
})

async function rollback(slug: string, body: { release?: number; env: 'release' | 'current' }) {
  const queued = await platform.api.call('releases.rollback', { params: { slug }, body })
  return (await platform.follow(slug, queued)).deployment
}

async function setEnv(slug: string, set: Record<string, { value: string; secret?: boolean }>) {
  const { deployment } = await platform.api.call('env.update', { params: { slug }, body: { set } })
  return (await platform.follow(slug, deployment!)).deployment
}

/** Somebody who came into the default team by an invitation, over TCP as everybody. */
async function asNewDeveloper(email: string): Promise<ApiClient> {
  const baseUrl = `http://127.0.0.1:${platform.config.port}`
  const invite = { params: { team: 'default' }, body: { role: 'developer' as const } }
  const { url } = await platform.api.call('invitations.create', invite)
  const stranger = createClient({ baseUrl })
  const [token, password] = [new URL(url!).hash.slice('#token='.length), 'Quiet-Lantern-7-Harbour']
  await stranger.call('invitations.join', { body: { token, email, name: 'Dora', password } })
  const session = await stranger.call('session.create', { body: { email, password } })
  stranger.close()
  if (!('token' in session)) throw new Error('Signing in asked for more than a password.')
  const client = createClient({ baseUrl, token: session.token as string })
  onTestFinished(() => client.close())
  return client
}

describe('a deployment', () => {
  test('builds a pushed folder, starts it, switches to it, and tells of each step', async () => {
    const { deployment, events } = await platform.deploy('first', appFolder(answers('one')))

    expect(deployment).toMatchObject({ state: 'succeeded', release: 1, previousRelease: null, error: null })
    expect((await platform.request('first')).body).toBe('one')
    const finished = events.flatMap(event =>
      event.type === 'step' && event.state === 'succeeded' ? [event.name] : [],
    )
    expect(finished.slice(-5)).toEqual(['store', 'start', 'switch', 'watch', 'drain'])
    expect(events.at(-1)).toMatchObject({ type: 'end', state: 'succeeded', error: null })
    expect(await platform.eventTypes('first')).toContain('deployment:succeeded')
    const { steps } = await platform.api.call('builds.get', { params: { slug: 'first', number: 1 } })
    expect(steps.map(({ name }) => name)).toEqual(finished.slice(0, -5))
    expect(steps.every(({ state, finishedAt }) => state !== 'running' && finishedAt !== null)).toBe(true)
  })

  test('that was scheduled does not run once the one who ordered it has left the team', async () => {
    const client = await asNewDeveloper('dora@example.org')
    await platform.ensureApp('later')
    const { stream } = await packFolder(appFolder(answers('later')))
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    const upload = { slug: 'later', stream, filename: 'app.tar.gz', scheduledAt: inAnHour }
    const ordered = await client.upload(upload)
    const member = { team: 'default', person: 'dora@example.org' }
    await platform.api.call('members.remove', { params: member })

    platform.change("update jobs set run_at = 0 where kind = 'deploy' and state = 'queued'")
    const { deployment, lines } = await platform.follow('later', ordered)

    expect(deployment).toMatchObject({ state: 'failed', error: { code: 'deployment_not_allowed' } })
    expect(lines.at(-1)).toMatch(/^Dora may not deploy later any more: they have no role on it/)
    expect(await platform.running('later')).toEqual([])
  })

  test('over another one writes a receipt of what real requests saw, and leaves only itself running', async () => {
    await platform.deploy('again', appFolder(answers('one')))
    const asking = setInterval(() => platform.request('again').catch(() => undefined), 20)

    const { deployment } = await platform
      .deploy('again', appFolder(answers('two')))
      .finally(() => clearInterval(asking))

    expect((await platform.request('again')).body).toBe('two')
    expect(deployment.receipt).toMatchObject({
      verdict: 'kept',
      reason: null,
      release: 'v2',
      previousRelease: 'v1',
      after: { failures: 0 },
      probes: { failed: 0 },
    })
    expect(deployment.receipt!.after!.requests).toBeGreaterThan(0)
    expect(deployment.receipt!.before!.requests).toBeGreaterThan(0)
    expect(deployment.receipt!.watchedMs).toBeGreaterThanOrEqual(300)
    expect(Object.keys(deployment.receipt!.timings)).toEqual(expect.arrayContaining(['start', 'switch']))
    expect(processesOf('again')).toHaveLength(1)
  })

  test('answers with the headers of its manifest, and with the security headers that the app leaves out', async () => {
    const headers = { 'X-Team': 'sales', 'X-Frame-Options': 'DENY' }
    await platform.goLive('headed', appFolder(answers('one'), { 'seaworthy.json': { headers } }))

    expect((await platform.request('headed')).headers).toMatchObject({
      'x-team': 'sales',
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
    })
  })

  test('can be followed after its end, from its first line to its last', async () => {
    const first = await platform.deploy('told-twice', appFolder(answers('one')))

    const second = await platform.follow('told-twice', first.deployment)

    expect(second.lines).toEqual(first.lines)
    expect(second.events.at(-1)).toMatchObject({ type: 'end', state: 'succeeded' })
  })

  test('waits for its scheduled time', async () => {
    const scheduledAt = new Date(Date.now() + 1_500).toISOString()

    const queued = await platform.push('later', appFolder(answers('one')), { scheduledAt })
    const { deployment } = await platform.follow('later', queued)

    expect(queued).toMatchObject({ state: 'queued', scheduledAt })
    expect(deployment.state).toBe('succeeded')
    expect(Date.parse(deployment.startedAt!)).toBeGreaterThanOrEqual(Date.parse(scheduledAt))
  })

  test('waits for the one before it of the same app, and both end in the order they came', async () => {
    const first = await platform.push('ordered', appFolder(answers('one')))
    const second = await platform.push('ordered', appFolder(answers('two')))

    const ends = await Promise.all([first, second].map(each => platform.follow('ordered', each)))

    expect(ends.map(({ deployment }) => deployment.state)).toEqual(['succeeded', 'succeeded'])
    expect(ends.map(({ deployment }) => deployment.release)).toEqual([1, 2])
    expect((await platform.request('ordered')).body).toBe('two')
  })
})

describe('cancelling', () => {
  test('ends a deployment in the queue and one that is built, and leaves the old release serving', async () => {
    const params = { slug: 'cancelled' }
    await platform.deploy('cancelled', appFolder(answers('one')))
    const building = await platform.push('cancelled', appFolder(answers('two'), builtWith('sleep 600')))
    const queued = await platform.push('cancelled', appFolder(answers('three')))
    await waitFor(
      async () =>
        (await platform.api.call('builds.get', { params: { ...params, number: 2 } })).state === 'running',
      { what: 'the build to run' },
    )

    await platform.api.call('deployments.cancel', { params: { ...params, number: queued.number } })
    await platform.api.call('deployments.cancel', { params: { ...params, number: building.number } })

    const ends = await Promise.all([building, queued].map(each => platform.follow('cancelled', each)))
    for (const { deployment } of ends) {
      expect(deployment).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } })
    }
    const builds = await platform.api.call('builds.list', { params, query: { order: 'asc' } })
    expect(builds.map(build => build.state)).toEqual(['succeeded', 'cancelled', 'cancelled'])
    expect((await platform.request('cancelled')).body).toBe('one')
    expect((await platform.deploy('cancelled', appFolder(answers('four')))).deployment.state).toBe(
      'succeeded',
    )
  })

  test('ends the instances of a deployment that is starting', async () => {
    const slug = 'half-started'
    const neverUp = appFolder('setInterval(() => {}, 1000)')
    const { number } = await platform.push(slug, neverUp)
    await waitFor(async () => (await platform.running(slug)).length === 1, { what: 'an instance' })

    await platform.api.call('deployments.cancel', { params: { slug, number } })

    expect(await platform.untilState(slug, number, ['cancelled', 'failed'])).toMatchObject({
      state: 'cancelled',
    })
    expect(await platform.running(slug)).toEqual([])
    await waitFor(() => processesOf(slug).length === 0, { what: 'its process to be gone' })
  })

  test('is refused once users see the new release, and once it ended', async () => {
    const slug = 'too-late'
    const watched = { 'seaworthy.json': { deploy: { watchSeconds: 2 } } }
    await platform.deploy(slug, appFolder(answers('one')))
    const { number } = await platform.push(slug, appFolder(answers('two'), watched))
    await platform.untilState(slug, number, ['watching'])

    const cancel = () => platform.api.call('deployments.cancel', { params: { slug, number } })

    await expect(cancel()).rejects.toMatchObject({ status: 409, code: 'deployment_not_cancellable' })
    await platform.untilState(slug, number, ['succeeded'])
    await expect(cancel()).rejects.toMatchObject({
      status: 409,
      detail: expect.stringContaining('seaworthy rollback'),
    })
    expect((await platform.request(slug)).body).toBe('two')
  })
})

test('the job of a deployment that users have seen can be cancelled, but not what they see', async () => {
  const slug = 'seen'
  const watched = { 'seaworthy.json': { deploy: { watchSeconds: 1 } } }
  await platform.goLive(slug, appFolder(answers('one')))
  const { number } = await platform.push(slug, appFolder(answers('two'), watched))
  await platform.untilState(slug, number, ['watching'])
  const jobs = await platform.api.call('jobs.list', { query: { limit: 100 } })
  const { id } = jobs.find(({ kind, state }) => kind === 'deploy' && state === 'running')!

  await platform.api.call('jobs.cancel', { params: { id } })

  expect(await platform.untilState(slug, number, ENDED_STATES)).toMatchObject({
    state: 'succeeded',
    error: null,
  })
  expect((await platform.request(slug)).body).toBe('two')
  await waitFor(() => processesOf(slug).length === 1, { what: 'only the new release to run' })
})

test('a deployment whose job is cancelled in the queue ends with it', async () => {
  const slug = 'jobless'
  const scheduledAt = '2040-01-01T00:00:00.000Z'
  const queued = await platform.push(slug, appFolder(answers('one')), { scheduledAt })
  const [job] = await platform.api.call('jobs.list', { query: { state: 'queued' } })

  await platform.api.call('jobs.cancel', { params: { id: job!.id } })

  const { deployment } = await platform.follow(slug, queued)
  expect(deployment).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } })
  const [build] = await platform.api.call('builds.list', { params: { slug } })
  expect(build?.state).toBe('cancelled')
})

describe('code from git', () => {
  const inGit = (folder: string, ...args: string[]) => {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
    expect(spawnSync('git', [...identity, ...args], { cwd: folder }).status).toBe(0)
  }
  const commit = (folder: string, server: string) => {
    writeFileSync(join(folder, 'server.js'), server)
    inGit(folder, 'add', '.')
    inGit(folder, 'commit', '-q', '-m', 'Change')
  }

  test.skipIf(withoutGit)('is deployed, and its latest commit on request', async () => {
    const slug = 'from-git'
    const folder = appFolder('')
    inGit(folder, 'init', '-q', '-b', 'main')
    commit(folder, answers('one'))
    await platform.ensureApp(slug)
    const create = async (body: { git: { url: string; ref: string } } | { pull: true }) =>
      platform.follow(slug, await platform.api.call('deployments.create', { params: { slug }, body }))

    const first = await create({ git: { url: `file://${folder}`, ref: 'main' } })
    expect(first.deployment.state).toBe('succeeded')
    expect(first.lines.find(line => line.startsWith('commit '))).toMatch(/^commit [0-9a-f]{40}, 2 files$/)
    commit(folder, answers('two'))
    await create({ pull: true })

    expect((await platform.request(slug)).body).toBe('two')
    const app = await platform.api.call('apps.get', { params: { slug } })
    expect(app.origin).toEqual({ url: `file://${folder}`, ref: 'main' })
    const missing = await create({ git: { url: `file://${folder}`, ref: 'no-such-branch' } })
    expect(missing.deployment).toMatchObject({ state: 'failed', release: null })
    expect(missing.deployment.error?.message).toContain('no-such-branch')
    expect((await platform.request(slug)).body).toBe('two')
  })

  test('cannot be pulled for an app that was uploaded, nor anything be built again for one that has no code', async () => {
    await platform.goLive('uploaded', appFolder(answers('one')))
    await platform.ensureApp('no-code')

    const create = (slug: string, body: { pull: true } | { rebuild: true }) =>
      platform.api.call('deployments.create', { params: { slug }, body })

    await expect(create('uploaded', { pull: true })).rejects.toMatchObject({
      status: 409,
      code: 'no_git_origin',
    })
    await expect(create('no-code', { rebuild: true })).rejects.toMatchObject({
      status: 409,
      code: 'no_source',
    })
  })
})

describe('a rollback', () => {
  test('goes to the release that served before, passing over one that never did', async () => {
    const slug = 'back'
    const broken = appFolder('process.exit(3)')
    await platform.deploy(slug, appFolder(answers('one')))
    expect((await platform.deploy(slug, broken)).deployment.state).toBe('failed')
    await platform.deploy(slug, appFolder(answers('three')))

    const deployment = await rollback(slug, { env: 'release' })

    expect(deployment).toMatchObject({ state: 'succeeded', reason: 'rollback', release: 4 })
    expect((await platform.request(slug)).body).toBe('one')
    const [newest] = await platform.api.call('releases.list', { params: { slug } })
    expect(newest).toMatchObject({ version: 4, reason: 'rollback', rollbackOf: 1, current: true })
  })

  test('brings the env of the named release, or on request that of today', async () => {
    const slug = 'coloured'
    await platform.deploy(slug, appFolder(answers('app ')))
    await setEnv(slug, { EXTRA: { value: 'red' } })
    await setEnv(slug, { EXTRA: { value: 'blue' } })
    expect((await platform.request(slug)).body).toBe('app blue')

    await rollback(slug, { release: 2, env: 'release' })
    expect((await platform.request(slug)).body).toBe('app red')
    await rollback(slug, { release: 1, env: 'current' })
    expect((await platform.request(slug)).body).toBe('app blue')
  })

  test('is refused where there is nothing to go back to, with nothing queued', async () => {
    const slug = 'only-one'
    await platform.deploy(slug, appFolder(answers('one')))

    await expect(rollback(slug, { env: 'release' })).rejects.toMatchObject({
      status: 409,
      code: 'nothing_to_roll_back_to',
    })
    await expect(rollback(slug, { release: 9, env: 'release' })).rejects.toMatchObject({
      status: 404,
      code: 'release_not_found',
    })
    expect(await platform.api.call('deployments.list', { params: { slug } })).toHaveLength(1)
  })
})

describe('running an app anew', () => {
  test('a change of env makes a release of the same artifact, and a secret reaches the app alone', async () => {
    const slug = 'configured'
    await platform.deploy(slug, appFolder(answers('with ')))

    const deployment = await setEnv(slug, { EXTRA: { value: 'planted-secret', secret: true } })

    expect(deployment).toMatchObject({ state: 'succeeded', reason: 'env', release: 2, build: null })
    expect((await platform.request(slug)).body).toBe('with planted-secret')
    const env = await platform.api.call('env.get', { params: { slug } })
    expect(env.variables.EXTRA).toEqual({ secret: true, value: null, from: 'app' })
  })

  test('a change of env before the first deployment is kept for it', async () => {
    const slug = 'prepared'
    await platform.ensureApp(slug)

    const changed = await platform.api.call('env.update', {
      params: { slug },
      body: { set: { EXTRA: { value: 'early' } } },
    })
    await platform.deploy(slug, appFolder(answers('set ')))

    expect(changed.deployment).toBe(null)
    expect((await platform.request(slug)).body).toBe('set early')
  })

  test('a restart replaces the instances of the same release, and a later rollback passes over it', async () => {
    const slug = 'restarted'
    await platform.deploy(slug, appFolder(answers('one')))
    await platform.deploy(slug, appFolder(answers('two')))
    const before = processesOf(slug)

    const queued = await platform.api.call('apps.restart', { params: { slug } })
    const { deployment } = await platform.follow(slug, queued)

    expect(deployment).toMatchObject({ state: 'succeeded', reason: 'restart', release: 2 })
    expect(processesOf(slug)).toHaveLength(1)
    expect(processesOf(slug)).not.toEqual(before)
    await rollback(slug, { env: 'release' })
    expect((await platform.request(slug)).body).toBe('one')
  })

  test('an app without a release refuses a restart', async () => {
    await platform.ensureApp('empty')

    await expect(platform.api.call('apps.restart', { params: { slug: 'empty' } })).rejects.toMatchObject({
      status: 409,
      code: 'no_release',
    })
  })

  test('the newest code is built again with the env of today', async () => {
    const slug = 'rebuilt'
    const server = `import { built } from './built.js'\n${serves("response.end('from ' + built)")}`
    const folder = appFolder(server, {
      ...builtWith('node build.js'),
      'build.js': `import { writeFileSync } from 'node:fs'
writeFileSync('built.js', 'export const built = ' + JSON.stringify(process.env.AT_BUILD ?? 'nothing'))`,
    })
    await platform.deploy(slug, folder)
    expect((await platform.request(slug)).body).toBe('from nothing')
    await setEnv(slug, { AT_BUILD: { value: 'today' } })

    const queued = await platform.api.call('deployments.create', {
      params: { slug },
      body: { rebuild: true },
    })
    const { deployment } = await platform.follow(slug, queued)

    expect(deployment).toMatchObject({ state: 'succeeded', reason: 'deploy', build: 2 })
    expect((await platform.request(slug)).body).toBe('from today')
  })
})
