import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import type { DeploymentEvent } from '@seaworthy/api'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { addBuild, collect, withApp, withDeployment } from './test-apps.ts'
import { RECEIPT, signInOwner, type TestControlPlane } from './test-control-plane.ts'

const AT = '2026-01-01T00:00:00.000Z'

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
    expect(lines.at(-1)).toMatchObject({ step: 'install', mark: 'succeeded', durationMs: 1500 })
    expect(lines[0]!.mark).toBe(undefined)
    const file = await platform.askLocally('/api/v1/apps/shop/builds/1/log/content', {})
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="shop-build-1.log"')
    const text = await file.text()
    expect(text).not.toContain('geheim')
    expect(text).toMatch(
      /^\S+Z {2}\[install\] {2}Install dependencies\n.*\n\S+Z {2}\[install\] {2}install succeeded, 1\.5 s\n$/,
    )
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
