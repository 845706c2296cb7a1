import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Route, TableChange } from '@seaworthy/routes'
import { httpBackend } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

const answering = (text: string) => httpBackend((_request, response) => response.end(text))

function other(port: number, more: Partial<Route> = {}): Route {
  return route([target(port)], { appId: 'app_2', slug: 'blog', hosts: ['blog.localhost'], ...more })
}

const bodyOf = async (edge: TestEdge, host: string) => (await edge.ask({ host })).body

function change(edge: TestEdge, { base = edge.version, ...rest }: Partial<TableChange>) {
  return edge.control('PATCH', '/table', { base, version: base + 1, routes: [], gone: [], ...rest })
}

test('a change of the table is used by every thread, survives a crash, and leaves all else alone', async () => {
  const edge = await TestEdge.start()
  const [shop, blog, newBlog] = await Promise.all([answering('shop'), answering('blog'), answering('new')])
  await edge.push(route([target(shop.port)]), other(blog.port))
  const first = edge.version
  await edge.ask()

  const renewed = other(newBlog.port, { release: 'v2' })
  const replies = [
    await change(edge, { routes: [renewed] }),
    await change(edge, { base: first + 1, routes: [other(blog.port, { hosts: ['docs.localhost'] })] }),
  ]

  expect(replies.map(({ status }) => status)).toEqual([200, 200])
  const hosts = ['shop.localhost', 'blog.localhost', 'docs.localhost']
  const seen = await Promise.all([...hosts, ...hosts, ...hosts].map(host => bodyOf(edge, host)))
  expect(seen).toEqual(Array(3).fill(['shop', 'new', 'blog']).flat())
  expect((await edge.countersOf('v2')).requests).toBe(3)
  await edge.kill()
  const next = await TestEdge.start({ home: edge.home })
  expect((await next.status()).tableVersion).toBe(first + 2)
  expect(await Promise.all(hosts.map(host => bodyOf(next, host)))).toEqual(['shop', 'new', 'blog'])
})

test('a route that is gone answers no more, and its host is free for another app', async () => {
  const edge = await TestEdge.start()
  const [shop, blog] = await Promise.all([answering('shop'), answering('blog')])
  await edge.push(route([target(shop.port)]), other(blog.port))
  const base = edge.version

  await change(edge, { gone: ['blog.localhost /'] })
  expect((await edge.ask({ host: 'blog.localhost' })).status).toBe(404)
  const taken = other(shop.port, { appId: 'app_1', targets: [target(shop.port)] })
  expect((await change(edge, { base: base + 1, routes: [taken] })).status).toBe(200)

  expect(await bodyOf(edge, 'blog.localhost')).toBe('shop')
})

test('the edge wants the whole table where a change is not one of its own, or is wrong', async () => {
  const edge = await TestEdge.start()
  const shop = await answering('shop')
  await edge.push(route([target(shop.port)]))
  const thief = other(shop.port, { hosts: ['blog.localhost', 'shop.localhost'] })

  const replies = [
    await change(edge, { base: edge.version - 1 }),
    await change(edge, { version: edge.version }),
    await change(edge, { routes: [{ ...thief, mode: 'maybe' as never }] }),
    await change(edge, { routes: [thief] }),
  ]

  expect(replies.map(({ status }) => status)).toEqual([409, 409, 409, 409])
  expect(JSON.parse(replies[0]!.body).code).toBe('EDGE_WANTS_WHOLE_TABLE')
  expect((await edge.status()).tableVersion).toBe(edge.version)
  expect(await bodyOf(edge, 'shop.localhost')).toBe('shop')
})

test('what a power cut left of a change is passed over, and a whole table takes its place', async () => {
  const edge = await TestEdge.start()
  const shop = await answering('shop')
  await edge.push(route([target(shop.port)]))
  const base = edge.version
  await change(edge, { routes: [other(shop.port)] })
  await edge.kill()
  const changes = join(edge.home, 'edge', 'table.json.changes')
  appendFileSync(changes, '{"base":2,"rou')

  const next = await TestEdge.start({ home: edge.home })

  expect(await bodyOf(next, 'blog.localhost')).toBe('shop')
  expect((await next.status()).tableVersion).toBe(base + 1)
  await next.push(route([target(shop.port)]))
  expect(existsSync(changes)).toBe(false)
  expect((await next.ask({ host: 'blog.localhost' })).status).toBe(404)
})
