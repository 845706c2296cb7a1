import { appendFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { addBuild, withApp } from './test-apps.ts'
import {
  OWNER,
  RECEIPT,
  signInOwner,
  startTestControlPlane,
  UPLOAD_LIMIT_BYTES,
} from './test-control-plane.ts'

describe('answers', () => {
  test('say what was asked for, and how the pages go on', async () => {
    const { local, apps } = await startTestControlPlane()
    for (let n = 1; n <= 5; n++) await apps.create({ slug: `shop-${n}` })

    const { data, pagination } = await local.page('apps.list', { query: { page: 2, limit: 2 } })

    expect(data.map(({ slug }) => slug)).toEqual(['shop-3', 'shop-4'])
    expect(pagination).toEqual({ page: 2, limit: 2, total: 5, pages: 3, hasNext: true, hasPrev: true })
    const newestFirst = await local.call('apps.list', {
      query: { sort: 'createdAt', order: 'desc', search: 'shop', limit: 1 },
    })
    expect(newestFirst[0]?.slug).toBe('shop-5')
  })

  test('carry the id of the request, and no stack when something breaks', async () => {
    const { askLocally, store } = await startTestControlPlane()
    await store.close()

    const response = await askLocally('/api/v1/apps', {})

    const problem = (await response.json()) as { requestId: string }
    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(problem.requestId).toBe(response.headers.get('x-request-id'))
    expect(JSON.stringify(problem)).not.toMatch(/at .*\.ts|sqlite|Kysely/i)
  })

  test('show an app with its release and its last deployment', async () => {
    const { local, apps, deployments } = await startTestControlPlane()
    const created = await local.call('apps.create', { body: { slug: 'shop', name: 'The shop' } })
    expect(created).toMatchObject({
      slug: 'shop',
      state: 'active',
      currentRelease: null,
      lastDeployment: null,
    })
    const app = (await apps.getBySlug('shop'))!
    await apps.update(app.id, {
      origin_json: JSON.stringify({ kind: 'git', url: 'https://ada:geheim@example.org/a.git' }),
    })
    await deployments.add(app)
    await deployments.add(app, { state: 'failed', error_code: 'x', error_message: 'No.' })

    const shown = await local.call('apps.get', { params: { slug: 'shop' } })

    expect(shown).toMatchObject({
      url: 'http://shop.localhost:8080/',
      lastDeployment: { number: 2, state: 'failed' },
    })
    expect(shown.origin?.url).toBe('https://example.org/a.git')
  })

  test('of an app follow its life: settings, trash, back again', async () => {
    const { local } = await startTestControlPlane()
    const { id } = await local.call('apps.create', { body: { slug: 'shop' } })
    const params = { slug: 'shop' }

    const updated = await local.call('apps.update', { params, body: { name: 'New', sleepAfterMinutes: 0 } })
    const unconfirmed = local.call('apps.delete', { params, body: { confirm: 'shopp' } })
    await expect(unconfirmed).rejects.toMatchObject({ status: 400, code: 'confirm_mismatch' })
    await local.call('apps.delete', { params, body: { confirm: 'shop' } })

    expect(updated).toMatchObject({ name: 'New', sleepAfterMinutes: 0 })
    await expect(local.call('apps.get', { params })).rejects.toMatchObject({
      status: 404,
      code: 'app_not_found',
    })
    expect((await local.call('trash.list')).map(({ slug }) => slug)).toEqual(['shop'])
    expect(await local.call('trash.restore', { params: { id } })).toMatchObject({ slug: 'shop', name: 'New' })
  })

  test('never show the value of a secret', async () => {
    const { local, apps } = await startTestControlPlane()
    await apps.create({ slug: 'shop' })
    const params = { slug: 'shop' }
    const set = { PLAIN: { value: 'seen' }, KEY: { value: 'geheim', secret: true } }

    const changed = await local.call('env.update', { params, body: { set } })
    await local.call('env.import', { params, body: { text: 'KEY=geheim2\nB="two words"', secret: true } })

    expect(changed).toEqual({ version: 1, changed: ['PLAIN', 'KEY'], notes: [], deployment: null })
    const env = await local.call('env.get', { params })
    expect(env.variables).toEqual({
      B: { secret: true, value: null, from: 'app' },
      KEY: { secret: true, value: null, from: 'app' },
      PLAIN: { secret: false, value: 'seen', from: 'app' },
    })
    const versions = await local.call('env.versions', { params })
    expect(JSON.stringify(versions)).not.toContain('geheim')
    expect(versions.map(({ version, author }) => [version, author])).toEqual([
      [2, 'local'],
      [1, 'local'],
    ])
  })

  test('show a receipt once there is one', async () => {
    const { local, apps, deployments } = await startTestControlPlane()
    const app = await apps.create({ slug: 'shop' })
    await deployments.add(app)
    await deployments.add(app, { state: 'succeeded', receipt_json: JSON.stringify(RECEIPT) })

    const receipt = await local.call('deployments.receipt', { params: { slug: 'shop', number: 2 } })
    const missing = local.call('deployments.receipt', { params: { slug: 'shop', number: 1 } })

    expect(receipt).toEqual(RECEIPT)
    await expect(missing).rejects.toMatchObject({ status: 404, code: 'no_receipt' })
  })
})

describe('log lines', () => {
  test('are searched, and followed from where one left off', async () => {
    const { local, logs, folder, apps } = await withApp()
    const { id } = (await apps.getBySlug('shop'))!
    const files = { stdoutFile: join(folder, 'i1.out'), stderrFile: join(folder, 'i1.err') }
    await Promise.all([writeFile(files.stdoutFile, 'one\ntwo\n'), writeFile(files.stderrFile, '')])
    logs.attach({ appId: id, instanceId: 'i1', process: 'web', release: 'v1', secrets: [], ...files })
    const params = { slug: 'shop' }
    const texts = async (query = {}) =>
      (await local.call('logs.query', { params, query })).map(({ text }) => text)
    await waitFor(async () => (await texts()).length === 2)

    expect(await texts({ grep: 'TW' })).toEqual(['two'])
    expect(await texts({ limit: 1 })).toEqual(['two'])
    expect(await texts({ since: '2100-01-01T00:00:00Z' })).toEqual([])
    const seen: string[] = []
    const enough = new AbortController()
    for await (const line of local.stream('logs.query', {
      params,
      query: { limit: 1 },
      signal: enough.signal,
    })) {
      seen.push(line.text)
      if (line.text === 'two') await appendFile(files.stdoutFile, 'three\n')
      if (line.text === 'three') enough.abort()
    }
    expect(seen).toEqual(['two', 'three'])
  })

  test('are not found after a cursor that never was', async () => {
    const { local } = await withApp()

    const query = local.call('logs.query', { params: { slug: 'shop' }, query: { after: 'made up' } })

    await expect(query).rejects.toMatchObject({ status: 400 })
  })
})

describe('lists', () => {
  test('of releases, builds, events and jobs show what there is', async () => {
    const platform = await withApp()
    const { local, apps, jobs, events, builds, releases, envVars } = platform
    const app = (await apps.getBySlug('shop'))!
    const { id } = app
    const build = await addBuild(platform, id)
    await builds.recordSteps(build.id, [{ name: 'install', state: 'cached', startedAt: 1, finishedAt: 2 }])
    const settings = {
      processes: { web: 'node server.js' },
      runtime: { kind: 'node', version: '22.1.0' },
    } as never
    const release = await releases.create({
      appId: id,
      artifactDigest: 'sha256:1',
      buildId: build.id,
      envVersion: 0,
      settings,
      reason: 'deploy',
      createdBy: 'test',
    })
    await apps.setCurrentRelease(id, release.id)
    await events.append({ appId: id, type: 'app:slept', data: {} } as never)
    const job = await jobs.enqueue({ kind: 'deploy', payload: { secret: 1 } })
    await envVars.change(app, { set: { A: { value: '1' } } }, 'test')
    const params = { slug: 'shop' }

    expect(await local.call('releases.get', { params: { slug: 'shop', version: 'v1' } })).toMatchObject({
      version: 1,
      current: true,
      runtime: 'node 22.1.0',
    })
    expect(await local.call('releases.list', { params })).toHaveLength(1)
    expect(await local.call('builds.get', { params: { slug: 'shop', number: 1 } })).toMatchObject({
      steps: [{ name: 'install', state: 'cached' }],
    })
    expect(await local.call('builds.list', { params })).toHaveLength(1)
    expect(await local.call('events.app', { params, query: { type: 'app:slept' } })).toHaveLength(1)
    expect(await local.call('events.list', { query: { type: 'app:woke' } })).toEqual([])
    expect(JSON.stringify(await local.call('jobs.get', { params: { id: job.id } }))).not.toContain('secret')
    expect((await local.call('jobs.cancel', { params: { id: job.id } })).state).toBe('cancelled')
    expect((await local.call('jobs.retry', { params: { id: job.id } })).state).toBe('queued')
    expect(await local.call('jobs.list', { query: { state: 'queued' } })).toHaveLength(1)
    expect(await local.call('apps.restart', { params })).toMatchObject({ reason: 'restart' })
    expect(await local.call('apps.scale', { params, body: { web: 3 } })).toEqual({ web: 3 })
    expect(await local.call('instances.list', { params })).toEqual([])
    expect((await local.call('status.get')).runtime.kind).toBe('process')
    expect((await local.call('apps.list'))[0]?.currentRelease?.version).toBe(1)
  })
})

describe('a deployment', () => {
  test('is made from an archive that is streamed', async () => {
    const platform = await withApp()
    const { client } = await signInOwner(platform)

    const deployment = await client.upload({
      slug: 'shop',
      stream: chunksOf(900_000),
      filename: 'shop.tar.gz',
      scheduledAt: '2030-01-01T00:00:00+02:00',
    })

    expect(deployment).toMatchObject({
      number: 1,
      state: 'queued',
      createdBy: OWNER.email,
      scheduledAt: '2029-12-31T22:00:00.000Z',
    })
    expect(platform.deployments.archives).toEqual([900_000])
  })

  test('of an archive that is too large is refused, and nothing is kept', async () => {
    const { local, deployments } = await withApp()

    const upload = local.upload({
      slug: 'shop',
      stream: chunksOf(UPLOAD_LIMIT_BYTES + 1),
      filename: 'shop.tar',
    })

    await expect(upload).rejects.toMatchObject({ status: 413, code: 'upload_too_large' })
    expect(deployments.archives).toEqual([])
  })

  test('whose upload breaks off leaves nothing', async () => {
    const { local, deployments } = await withApp()
    const abort = new AbortController()
    async function* slow() {
      yield Buffer.alloc(70_000)
      abort.abort()
      yield Buffer.alloc(70_000)
    }

    const upload = local.upload({ slug: 'shop', stream: slow(), filename: 'shop.tar', signal: abort.signal })

    await expect(upload).rejects.toThrow()
    await waitFor(() => deployments.lastUploadError, { what: 'the server to see the end' })
    expect(deployments.archives).toEqual([])
    expect(await local.call('deployments.list', { params: { slug: 'shop' } })).toEqual([])
  })

  test('of an unknown app is refused while its archive is still coming', async () => {
    const { local } = await withApp()

    const upload = local.upload({ slug: 'nobody', stream: chunksOf(50_000_000), filename: 'shop.tar' })

    await expect(upload).rejects.toMatchObject({ status: 404, code: 'app_not_found' })
  })

  test('is made from git, the latest code, or the same code again', async () => {
    const { local, deployments } = await withApp()
    const params = { slug: 'shop' }

    await local.call('deployments.create', {
      params,
      body: { git: { url: 'https://example.org/a.git', ref: 'main' } },
    })
    await local.call('deployments.create', { params, body: { pull: true } })
    await local.call('deployments.create', { params, body: { rebuild: true } })
    await local.call('releases.rollback', { params, body: { release: 3, env: 'current' } })

    expect(deployments.calls).toEqual([
      'git https://example.org/a.git main',
      'pull',
      'rebuild',
      'rollback 3 current',
    ])
    expect((await local.call('deployments.list', { params })).map(({ number }) => number)).toEqual([
      4, 3, 2, 1,
    ])
  })

  test('can be cancelled before it switches', async () => {
    const { local, apps, deployments } = await withApp()
    const app = (await apps.getBySlug('shop'))!
    await deployments.add(app)
    await deployments.add(app, { state: 'watching' })

    const cancelled = await local.call('deployments.cancel', { params: { slug: 'shop', number: 1 } })
    const tooLate = local.call('deployments.cancel', { params: { slug: 'shop', number: 2 } })

    expect(cancelled.state).toBe('cancelled')
    await expect(tooLate).rejects.toMatchObject({ status: 409, code: 'deployment_not_cancellable' })
  })
})

async function* chunksOf(bytes: number): AsyncIterable<Uint8Array> {
  for (let left = bytes; left > 0; left -= 60_000) yield Buffer.alloc(Math.min(left, 60_000), 'x')
}
