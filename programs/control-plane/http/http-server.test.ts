import { once } from 'node:events'
import { appendFile, writeFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { type DeploymentEvent, endpoints } from '@seaworthy/api'
import { createClient } from '@seaworthy/api/client'
import { createHealth, silentLogger } from '@seaworthy/kit'
import { createMetrics } from '@seaworthy/kit/metrics'
import { waitFor } from '@seaworthy/testing'
import Fastify from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createHostCheck } from './host-check.ts'
import { createHttpServer } from './http-server.ts'
import { guardRoutes } from './route-guard.ts'
import {
  OWNER,
  RECEIPT,
  signInOwner,
  startTestControlPlane,
  type TestControlPlane,
  UPLOAD_LIMIT_BYTES,
} from './test-control-plane.ts'

const AT = '2026-01-01T00:00:00.000Z'

describe('registration', () => {
  test('of a route without a policy throws', () => {
    const fastify = Fastify()
    guardRoutes(fastify, {
      accounts: { authenticate: async () => undefined },
      checkHost: createHostCheck({ domains: [] }),
    })

    expect(() => fastify.get('/secret', async () => 'x')).toThrow(
      'Route GET /secret declares no policy action.',
    )
    expect(() => fastify.get('/open', { config: { action: 'public' } }, async () => 'x')).not.toThrow()
  })

  test('of an endpoint without an implementation throws', async () => {
    const options = {
      host: '127.0.0.1',
      port: 0,
      socketPath: '/nowhere',
      domains: [],
      version: '1',
      heartbeatMs: 1,
    }
    const health = createHealth({ log: silentLogger })
    const parts = {
      accounts: { authenticate: async () => undefined },
      health,
      metrics: createMetrics(),
      log: silentLogger,
    }

    const server = createHttpServer({
      ...options,
      ...parts,
      implementations: {},
      dashboardDirectory: '/nowhere',
    })

    await expect(server).rejects.toThrow(/has no implementation/)
  })
})

describe('starting', () => {
  test('on a port that is taken says so, and leaves no socket file behind', async () => {
    const { url } = await startTestControlPlane()
    const port = Number(new URL(url).port)

    await expect(startTestControlPlane({ port })).rejects.toMatchObject({
      code: 'port_taken',
      message: expect.stringMatching(/SEAWORTHY_PORT/),
    })
  })
})

describe('who may do what', () => {
  test('over TCP, every endpoint but setup and sign-in wants a session', async () => {
    const { url } = await startTestControlPlane()
    const open: string[] = []

    for (const { id, method, path } of endpoints) {
      const response = await fetch(url + path.replace(/\{\w+\}/g, '1'), {
        method,
        headers: { authorization: 'Bearer made-up-token-1234' },
      })
      await response.body?.cancel()
      if (response.status !== 401) open.push(id)
    }

    expect(open.toSorted()).toEqual(['session.create', 'setup.claim', 'setup.get'])
  })

  test('over the socket file, the administrator of the machine needs none', async () => {
    const { local } = await startTestControlPlane()

    expect(await local.call('session.get')).toEqual({
      kind: 'local',
      email: null,
      name: null,
      expiresAt: null,
    })
    expect((await local.call('setup.link')).url).toMatch(/^http:\/\/localhost:4400\/setup#token=[\w-]{30,}$/)
  })

  test('only the machine itself hands out setup links', async () => {
    const { client } = await signInOwner(await startTestControlPlane())

    await expect(client.call('setup.link')).rejects.toMatchObject({ status: 403, code: 'not_allowed' })
  })

  test('a fresh platform is claimed by the setup link, once', async () => {
    const { url, local } = await startTestControlPlane()
    const anybody = createClient({ baseUrl: url })
    onTestFinished(() => anybody.close())
    const token = new URL((await local.call('setup.link')).url!).hash.replace('#token=', '')
    expect(await anybody.call('setup.get')).toEqual({ claimed: false })

    const session = await anybody.call('setup.claim', { body: { ...OWNER, token } })

    expect(session.identity).toMatchObject({ kind: 'owner', email: OWNER.email })
    expect(await anybody.call('setup.get')).toEqual({ claimed: true })
    expect((await local.call('setup.link')).url).toBeNull()
    const again = anybody.call('setup.claim', { body: { ...OWNER, email: 'eve@example.org', token } })
    await expect(again).rejects.toMatchObject({ status: 409, code: 'already_claimed' })
  })

  test('a browser carries its session in a cookie that scripts and other sites cannot use', async () => {
    const platform = await startTestControlPlane()
    await platform.accounts.ensureOwner(OWNER)
    const own = { origin: platform.url, 'content-type': 'application/json' }
    const { email, password } = OWNER
    const signedIn = await fetch(`${platform.url}/api/v1/session`, {
      method: 'POST',
      headers: own,
      body: JSON.stringify({ email, password }),
    })
    const [cookie] = signedIn.headers.getSetCookie()
    expect(cookie).toMatch(/^seaworthy_session=\w+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=\d+$/)
    const headers = { cookie: cookie!.split(';')[0]! }

    const whoami = await fetch(`${platform.url}/api/v1/session`, { headers })
    const forged = await fetch(`${platform.url}/api/v1/session`, {
      method: 'DELETE',
      headers: { ...headers, origin: 'http://shop.localhost:8080' },
    })
    const signedOut = await fetch(`${platform.url}/api/v1/session`, {
      method: 'DELETE',
      headers: { ...headers, origin: platform.url },
    })
    const afterwards = await fetch(`${platform.url}/api/v1/session`, { headers })

    expect([whoami.status, forged.status, signedOut.status, afterwards.status]).toEqual([200, 403, 200, 401])
    expect(signedOut.headers.getSetCookie()[0]).toContain('Max-Age=0')
  })

  test('a name that was rebound to this machine is refused on every route', async () => {
    const { url } = await startTestControlPlane()

    for (const path of ['/', '/api/v1/setup', '/live', '/nothing']) {
      const response = await withHost(url + path, 'evil.example')
      expect(response.statusCode, path).toBe(421)
    }
    expect((await withHost(`${url}/live`, 'panel.example.org')).statusCode).toBe(200)
  })

  test('metrics are for the owner, probes for everybody', async () => {
    const platform = await startTestControlPlane()
    const { token } = await signInOwner(platform)
    const status = async (path: string, headers = {}) =>
      (await fetch(platform.url + path, { headers })).status

    expect(await status('/metrics')).toBe(401)
    expect(await status('/metrics', { authorization: `Bearer ${token}` })).toBe(200)
    expect([await status('/live'), await status('/ready'), await status('/health')]).toEqual([200, 200, 200])
  })
})

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

    expect(changed).toEqual({ version: 1, changed: ['PLAIN', 'KEY'], deployment: null })
    const env = await local.call('env.get', { params })
    expect(env.variables).toEqual({
      B: { secret: true, value: null },
      KEY: { secret: true, value: null },
      PLAIN: { secret: false, value: 'seen' },
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

describe('event streams', () => {
  const params = { slug: 'shop', number: 1 }
  const line = (text: string): DeploymentEvent => ({ type: 'log', at: AT, stream: 'stdout', text })
  const end: DeploymentEvent = { type: 'end', at: AT, state: 'succeeded', error: null }

  test('tell what happened and what happens, and end with the deployment', async () => {
    const { local, deployments } = await withDeployment()
    deployments.script.add({ type: 'state', at: AT, state: 'queued' }, line('one'))
    const seen: unknown[] = []

    for await (const event of local.stream('deployments.events', { params })) {
      seen.push(event)
      if (seen.length === 2)
        deployments.script.add(line('two'), { type: 'receipt', at: AT, receipt: RECEIPT }, end)
    }

    expect(seen).toEqual([
      { type: 'state', at: AT, state: 'queued' },
      line('one'),
      line('two'),
      { type: 'receipt', at: AT, receipt: RECEIPT },
      end,
    ])
    await waitFor(() => deployments.script.readers === 0)
  })

  test('go on after the last line that was seen', async () => {
    const { askLocally, deployments } = await withDeployment()
    deployments.script.add(
      { type: 'state', at: AT, state: 'queued' },
      line('one'),
      line('two'),
      line('three'),
      end,
    )

    const response = await askLocally('/api/v1/apps/shop/deployments/1/events', {
      headers: { 'last-event-id': '2' },
    })

    const text = await response.text()
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
    expect(text).toContain('three')
    expect(text).not.toMatch(/one|two/)
    expect(text).toMatch(/event: state/)
  })

  test('show a sign of life while nothing happens', async () => {
    const { url, deployments, ...platform } = await withDeployment({ heartbeatMs: 20 })
    const { token } = await signInOwner({ url, deployments, ...platform } as TestControlPlane)
    const response = await fetch(`${url}/api/v1/apps/shop/deployments/1/events`, {
      headers: { authorization: `Bearer ${token}` },
    })

    const { value } = await response.body!.getReader().read()

    expect(Buffer.from(value!).toString()).toBe(': still here\n\n')
  })

  test('end when the reader leaves', async () => {
    const { local, deployments } = await withDeployment()
    const leave = new AbortController()
    deployments.script.add(line('one'))

    for await (const _ of local.stream('deployments.events', { params, signal: leave.signal })) leave.abort()

    await waitFor(() => deployments.script.readers === 0, { what: 'the source to end' })
  })

  test('end when the server stops, which does not wait for them', async () => {
    const { socketPath, server, deployments } = await withDeployment()
    deployments.script.add(line('one'))
    const outgoing = request({
      socketPath,
      path: '/api/v1/apps/shop/deployments/1/events',
      agent: false,
    }).end()
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    await once(response, 'data')

    const startedAt = performance.now()
    const ended = once(response.resume(), 'end')
    await server.stop()

    await ended
    expect(performance.now() - startedAt).toBeLessThan(1_500)
    expect(deployments.script.readers).toBe(0)
  })

  test('slow their source down instead of filling the memory when the reader is slow', async () => {
    const { socketPath, deployments } = await withDeployment()
    const long = 'x'.repeat(100_000)
    deployments.script.add(...Array.from({ length: 300 }, () => line(long)), end)
    const socket = connect(socketPath)
    onTestFinished(() => void socket.destroy())
    socket.write('GET /api/v1/apps/shop/deployments/1/events HTTP/1.1\r\nhost: x\r\n\r\n')
    await once(socket, 'readable')
    const before = process.memoryUsage().arrayBuffers

    await waitFor(() => deployments.script.readers === 1)

    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000)
    let bytes = 0
    for await (const chunk of socket) {
      bytes += (chunk as Buffer).length
      if ((chunk as Buffer).includes('event: end')) break
    }
    expect(bytes).toBeGreaterThan(30_000_000)
  })

  test('of a command tell its lines and its exit code, or why it did not run', async () => {
    const platform = await withApp()
    const run = (argv: string[]) =>
      collect(platform.local.stream('apps.run', { params: { slug: 'shop' }, body: { argv } }))
    await expect(run(['node', '-v'])).rejects.toMatchObject({ status: 409, code: 'no_release' })
    await platform.store.db.updateTable('apps').set({ current_release_id: 'rel_1' }).execute()

    expect(await run(['node', '-v'])).toEqual([
      { type: 'log', stream: 'stdout', text: 'node -v' },
      { type: 'exit', code: 0 },
    ])
    expect(await run(['broken'])).toEqual([
      { type: 'error', code: 'instance_start_failed', message: 'Could not start broken.' },
    ])
  })

  test('of a build read its log while it is written', async () => {
    const platform = await withApp()
    const app = (await platform.apps.getBySlug('shop'))!
    const { builds, buildLogs, local } = platform
    const build = await addBuild(platform, app.id)
    await builds.start(build.id)
    const log = await buildLogs.open(build.id, { secrets: ['geheim'] })
    log.stepStarted('install', 'Install dependencies')
    log.line('npm geheim', 'stdout')
    const seen: string[] = []

    for await (const event of local.stream('builds.log', { params })) {
      seen.push(event.type === 'log' ? event.text : event.state)
      if (seen.length !== 2) continue
      log.stepFinished('install', 'succeeded', 1500)
      await log.close()
      await builds.succeed(build.id, { artifactDigest: 'sha256:1', result: {} })
    }

    expect(seen[0]).toBe('Install dependencies')
    expect(seen.join()).not.toContain('geheim')
    expect(seen.slice(2)).toEqual(['install succeeded, 1.5 s', 'succeeded'])
    const lines = await local.call('builds.log', { params, query: { limit: 2 } })
    expect(lines.map(({ text }) => text).at(-1)).toBe('install succeeded, 1.5 s')
    expect(lines).toHaveLength(2)
  })

  test('of a build that was cancelled in the queue end at once', async () => {
    const platform = await withApp()
    const app = (await platform.apps.getBySlug('shop'))!
    const build = await addBuild(platform, app.id)
    await platform.builds.cancelQueued(build.id)

    expect(await collect(platform.local.stream('builds.log', { params }))).toEqual([
      { type: 'end', state: 'cancelled' },
    ])
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
    const { id } = (await apps.getBySlug('shop'))!
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
    await envVars.change(id, { set: { A: { value: '1' } } }, 'test')
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

describe('pages', () => {
  test('of the dashboard run nothing inline and load nothing from elsewhere', async () => {
    const { url } = await startTestControlPlane()

    for (const path of ['/', '/setup', '/apps/shop']) {
      const response = await fetch(url + path)
      const page = await response.text()
      expect(response.headers.get('content-security-policy')).toMatch(/default-src 'self'.*script-src 'self'/)
      expect(page).not.toMatch(/<script>|style=|onclick=|https?:\/\//)
      for (const [, asset] of page.matchAll(/(?:src|href)="(\/[\w.-]+\.\w+)"/g))
        expect((await fetch(url + asset)).status, asset).toBe(200)
    }
  })

  test('of the dashboard need not be sent again', async () => {
    const { url } = await startTestControlPlane()
    const etag = (await fetch(`${url}/app.js`)).headers.get('etag')!

    expect((await fetch(`${url}/app.js`, { headers: { 'if-none-match': etag } })).status).toBe(304)
    expect((await fetch(`${url}/../package.json`)).status).toBe(404)
  })

  test('of the reference name every endpoint', async () => {
    const { url } = await startTestControlPlane()

    const page = await (await fetch(`${url}/api/docs`)).text()
    const document = (await (await fetch(`${url}/api/v1/openapi.json`)).json()) as { openapi: string }

    for (const { id } of endpoints) expect(page).toContain(`id="${id}"`)
    expect(document.openapi).toBe('3.1.1')
    for (const [, target] of page.matchAll(/href="#([\w-]+)"/g))
      expect(page, target).toContain(`id="${target}"`)
  })
})

async function withApp(options: { heartbeatMs?: number } = {}): Promise<TestControlPlane> {
  const platform = await startTestControlPlane(options)
  await platform.apps.create({ slug: 'shop' })
  return platform
}

async function withDeployment(options: { heartbeatMs?: number } = {}): Promise<TestControlPlane> {
  const platform = await withApp(options)
  await platform.deployments.add((await platform.apps.getBySlug('shop'))!)
  return platform
}

async function addBuild({ store, builds }: TestControlPlane, appId: string) {
  const source = {
    id: 'src_1',
    app_id: appId,
    digest: 'sha256:1',
    kind: 'archive' as const,
    origin_json: '{}',
    size_bytes: 1,
    entries: 1,
    created_at: 1,
  }
  await store.db.insertInto('sources').values(source).execute()
  return builds.create({ appId, sourceId: source.id })
}

async function* chunksOf(bytes: number): AsyncIterable<Uint8Array> {
  for (let left = bytes; left > 0; left -= 60_000) yield Buffer.alloc(Math.min(left, 60_000), 'x')
}

async function withHost(url: string, host: string): Promise<IncomingMessage> {
  const [response] = (await once(request(url, { headers: { host }, agent: false }).end(), 'response')) as [
    IncomingMessage,
  ]
  return response.resume()
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}
