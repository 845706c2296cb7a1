import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

test('each request is one JSON line that says who asked for what, and what became of it', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((_request, response) => void response.end('hello'))
  await edge.push(route([target(backend.port)]))

  const headers = { 'user-agent': 'say "hi"\\', referer: 'https://example.com/a?token=secret#secret' }
  const reply = await edge.ask({ path: '/a"b?page=2&token=secret', headers })
  await edge.ask({ host: 'nobody.localhost', method: 'POST', body: 'x' })

  const lines = await waitFor(() => edge.accessLog().length === 2 && edge.accessLog())
  const [first, second] = lines.sort((a, b) => Number(a.status) - Number(b.status))
  expect(first).toMatchObject({
    id: reply.headers['x-request-id'],
    ip: '127.0.0.1',
    method: 'GET',
    host: 'shop.localhost',
    path: '/a"b',
    query: 'page=2&token=[redacted]',
    status: 200,
    bytesOut: 5,
    protocol: '1.1',
    app: 'app_1',
    release: 'v1',
    process: 'web',
    target: `ins_${backend.port}`,
    agent: 'say "hi"\\',
    referrer: 'https://example.com/a',
  })
  expect(Date.parse(String(first!.time))).toBeGreaterThan(Date.now() - 60_000)
  expect(second).toMatchObject({ status: 404, host: 'nobody.localhost' })
  expect(JSON.stringify(lines)).not.toContain('secret')
})

test('the table says how much is kept, for all and for one app', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((request, response) => {
    response.statusCode = request.url === '/broken' ? 500 : 200
    response.end()
  })
  const to = [target(backend.port)]
  const sampled = { hosts: ['sampled.localhost'], appId: 'app_2', observe: { logSample: 1e-9 } }
  const silent = { hosts: ['silent.localhost'], appId: 'app_3', observe: { logSample: 0 } }
  await edge.pushTable({
    observe: { logAddresses: 'short', logQueries: false },
    routes: [route(to), route(to, sampled), route(to, silent)],
  })

  await edge.ask({ path: '/?page=2' })
  for (const path of ['/', '/', '/broken']) {
    await edge.ask({ host: 'silent.localhost', path })
    await edge.ask({ host: 'sampled.localhost', path })
  }

  const lines = await waitFor(() => edge.accessLog().length === 2 && edge.accessLog())
  const whole = lines.find(line => line.app === 'app_1')!
  expect(whole).toMatchObject({ ip: '127.0.0.0', path: '/' })
  expect(whole).not.toHaveProperty('query')
  // A sample leaves out what went well, never a failure.
  expect(lines.find(line => line.app === 'app_2')).toMatchObject({ status: 500, path: '/broken' })
})

test('an app whose id cannot be a folder is logged all the same, and nowhere else', async () => {
  const edge = await TestEdge.start()
  await edge.push(route([], { appId: '../../escaped' }))

  await edge.ask()

  const [line] = await waitFor(() => edge.accessLog().length === 1 && edge.accessLog())
  expect(line).toMatchObject({ app: '../../escaped', status: 503 })
  expect(readdirSync(join(edge.home, 'logs', 'edge', 'requests'))).toEqual(['-'])
})

test('a grown log is put aside, the oldest files are removed, and other apps keep theirs', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend()
  const to = [target(backend.port)]
  const observe = { logMaxBytes: 65_536 }
  await edge.push(route(to, { observe }), route(to, { appId: 'app_2', hosts: ['quiet.localhost'], observe }))
  const folder = join(edge.home, 'logs', 'edge', 'requests', 'app_1')
  const names = new Set<string>()
  await edge.ask({ host: 'quiet.localhost' })

  await waitFor(
    async () => {
      await Promise.all(Array.from({ length: 20 }, () => edge.ask({ path: `/${'x'.repeat(1_500)}` })))
      for (const name of existsSync(folder) ? readdirSync(folder) : []) names.add(name)
      return names.size > 5
    },
    { timeoutMs: 30_000 },
  )

  expect(readdirSync(folder).length).toBeLessThanOrEqual(5)
  expect(edge.accessLog().filter(line => line.app === 'app_2')).toHaveLength(1)
})

test('nothing is written when the request log is off', async () => {
  const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_ACCESS_LOG: '0' } })
  await edge.ask()
  edge.process.kill('SIGTERM')
  await waitFor(() => edge.process.exitCode === 0)

  expect(readdirSync(edge.home)).not.toContain('logs')
})
