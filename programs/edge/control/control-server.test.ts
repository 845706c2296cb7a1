import { readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpBackend, waitFor } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

test('once a push is answered, every worker routes by it', async () => {
  const edge = await TestEdge.start()
  const [one, two] = [
    await httpBackend((_q, r) => void r.end('one')),
    await httpBackend((_q, r) => void r.end('two')),
  ]

  for (let round = 0; round < 10; round++) {
    const backend = round % 2 ? one : two
    await edge.push(route([target(backend.port)]))
    const replies = await Promise.all(Array.from({ length: 10 }, () => edge.ask()))
    expect(new Set(replies.map(({ body }) => body))).toEqual(new Set([round % 2 ? 'one' : 'two']))
  }
})

test('a target that drains gets nothing new, finishes what it has, and its idle connections close', async () => {
  const edge = await TestEdge.start()
  let finish: () => void = () => undefined
  const old = await httpBackend((request, response) => {
    if (request.url === '/slow') finish = () => response.end('slow')
    else response.end('old')
  })
  const fresh = await httpBackend((_request, response) => void response.end('fresh'))
  await edge.push(route([target(old.port)]))
  await edge.ask()
  const slow = edge.ask({ path: '/slow' })
  await waitFor(() => old.requests.includes('GET /slow'))

  await edge.push(route([target(old.port, { state: 'draining' }), target(fresh.port)], { release: 'v2' }))

  expect((await edge.ask()).body).toBe('fresh')
  expect(await edge.inFlight(`ins_${old.port}`)).toBe(1)
  finish()
  expect((await slow).body).toBe('slow')
  await waitFor(async () => (await edge.inFlight(`ins_${old.port}`)) === 0)
  await edge.push(route([target(fresh.port)], { release: 'v2' }))
  expect((await edge.countersOf('v1')).requests).toBe(2)
  expect((await edge.countersOf('v2')).requests).toBe(1)
})

test('an older table, a wrong one and an unknown request are refused and change nothing', async () => {
  const edge = await TestEdge.start()
  const backend = await httpBackend()
  await edge.push(route([target(backend.port)]))
  await edge.push(route([target(backend.port)]))

  const older = await edge.control('PUT', '/table', { version: 1, routes: [] })
  const wrong = await edge.control('PUT', '/table', { version: 9, routes: 'none' })

  expect(older.status).toBe(409)
  expect(JSON.parse(older.body)).toMatchObject({ code: 'EDGE_OLDER_TABLE', currentVersion: 2 })
  expect(wrong.status).toBe(422)
  expect(JSON.parse(wrong.body).path).toBe('routes')
  expect((await edge.control('DELETE', '/table')).status).toBe(404)
  expect((await edge.control('GET', '/targets/nobody')).status).toBe(404)
  expect((await edge.ask()).status).toBe(200)
})

test('a wrong route of one app costs no other its change, and keeps the form that it had', async () => {
  const edge = await TestEdge.start()
  const [shop, blog] = [await httpBackend(), await httpBackend((_, response) => void response.end('blog'))]
  await edge.push(route([target(shop.port)]))
  const broken = route([target(shop.port)], {
    release: 'v2',
    access: { allow: ['everybody'] },
    redirects: [{ from: '/*', to: '//evil.example', status: 302 }],
  })
  const fresh = route([target(blog.port)], { appId: 'app_2', hosts: ['blog.localhost'] })

  const reply = await edge.control('PUT', '/table', { version: 2, routes: [broken, fresh] })

  expect(JSON.parse(reply.body)).toEqual({
    version: 2,
    refused: [
      { appId: 'app_1', path: 'routes[0].access.allow[0]', reason: expect.stringContaining('a network') },
    ],
  })
  expect((await edge.ask()).body).toBe('ok')
  expect((await edge.ask({ host: 'blog.localhost' })).body).toBe('blog')
  expect(edge.output).toContain('parts of the route table were left out')
})

test('an edge that was killed serves again by the table on disk, without anybody', async () => {
  const first = await TestEdge.start()
  const backend = await httpBackend()
  await first.push(route([target(backend.port)]))
  await first.kill()

  const second = await TestEdge.start({ home: first.home, port: first.port })

  expect((await second.ask()).status).toBe(200)
  expect((await second.status()).tableVersion).toBe(1)
  const sockets = readdirSync(join(first.home, 'run')).filter(name => name.endsWith('.sock'))
  expect(sockets.sort()).toEqual([`edge-${second.process.pid}.sock`, 'edge.sock'])
})

test('a damaged table on disk is reported, and the edge waits for a new one', async () => {
  const first = await TestEdge.start()
  await first.push(route([]))
  await first.kill()
  writeFileSync(join(first.home, 'edge', 'table.json'), '{"version": 1, "rou')

  const second = await TestEdge.start({ home: first.home, port: first.port })

  expect(second.output).toContain('the kept route table cannot be used')
  expect((await second.ask()).status).toBe(404)
})

test('an edge of another home does not share the port silently', async () => {
  const first = await TestEdge.start()

  const second = TestEdge.start({ port: first.port })

  await expect(second).rejects.toThrow()
})

test('the control socket is open to its owner only', async () => {
  const edge = await TestEdge.start()

  expect(statSync(join(edge.home, 'run', 'edge.sock')).mode & 0o777).toBe(0o600)
})
