import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

test('each request is one JSON line that says who asked for what, and what became of it', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend((_request, response) => void response.end('hello'))
  await edge.push(route([target(backend.port)]))

  const reply = await edge.ask({ path: '/a"b?token=secret', headers: { 'user-agent': 'say "hi"\\' } })
  await edge.ask({ host: 'nobody.localhost', method: 'POST', body: 'x' })

  const lines = await waitFor(() => edge.accessLog().length === 2 && edge.accessLog())
  const [first, second] = lines.sort((a, b) => Number(a.status) - Number(b.status))
  expect(first).toMatchObject({
    id: reply.headers['x-request-id'],
    ip: '127.0.0.1',
    method: 'GET',
    host: 'shop.localhost',
    path: '/a"b',
    status: 200,
    bytesOut: 5,
    app: 'app_1',
    release: 'v1',
    target: `ins_${backend.port}`,
    agent: 'say "hi"\\',
  })
  expect(Date.parse(String(first!.time))).toBeGreaterThan(Date.now() - 60_000)
  expect(second).toMatchObject({ status: 404, host: 'nobody.localhost' })
  expect(JSON.stringify(lines)).not.toContain('secret')
})

test('a grown log is put aside, old ones are removed, and no line is lost meanwhile', async () => {
  const env = { SEAWORTHY_EDGE_ACCESS_LOG_MAX_BYTES: '20000', SEAWORTHY_EDGE_ACCESS_LOG_KEEP: '2' }
  const edge = await TestEdge.start({ env })
  const backend = await httpBackend()
  await edge.push(route([target(backend.port)]))
  const folder = join(edge.home, 'logs', 'edge')

  await waitFor(
    async () => {
      await Promise.all(Array.from({ length: 100 }, () => edge.ask()))
      return readdirSync(folder).includes('access.log.2')
    },
    { timeoutMs: 20_000 },
  )

  expect(readdirSync(folder).filter(name => name.startsWith('access.log.'))).toHaveLength(2)
})

test('nothing is written when the access log is off', async () => {
  const edge = await TestEdge.start({ env: { SEAWORTHY_EDGE_ACCESS_LOG: '0' } })
  await edge.ask()
  edge.process.kill('SIGTERM')
  await waitFor(() => edge.process.exitCode === 0)

  expect(readdirSync(edge.home)).not.toContain('logs')
})
