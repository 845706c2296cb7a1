import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { httpBackend, temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

test('redirects answer instead of the app, and keep the query', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  await edge.push(
    route([target(app.port)], {
      redirects: [
        { from: '/old/*', to: '/new/:rest', status: 308 },
        { from: '/away', to: 'https://example.com/', status: 302 },
      ],
    }),
  )

  const moved = await edge.ask({ path: '/old/a?b=1', method: 'POST', body: 'x' })
  const away = await edge.ask({ path: '/away' })
  const hostile = await edge.ask({ path: '/old//evil.example/x' })

  expect([moved.status, moved.headers.location]).toEqual([308, '/new/a?b=1'])
  expect([away.status, away.headers.location]).toEqual([302, 'https://example.com/'])
  expect(hostile.headers.location).toBe('/new/evil.example/x')
  expect(app.requests).toHaveLength(0)
  expect((await edge.ask({ path: '/new/a' })).status).toBe(200)
})

test('the app sees the rewritten path, without the prefix where that is asked for', async () => {
  const edge = await TestEdge.start()
  const [web, api] = [await httpBackend(), await httpBackend()]
  await edge.push(
    route([target(web.port)], { rewrites: [{ from: '/p/*', to: '/pages/:rest' }] }),
    route([target(api.port)], {
      process: 'api',
      release: 'v2',
      pathPrefix: '/api',
      stripPrefix: true,
      rewrites: [{ from: '/api/v1/*', to: '/api/v2/:rest' }],
    }),
  )

  for (const path of ['/p/a?x=1', '/q', '/api', '/api/users?y', '/api/v1/users', '/api//evil', '/apix'])
    expect((await edge.ask({ path })).status).toBe(200)

  expect(web.requests).toEqual(['GET /pages/a?x=1', 'GET /q', 'GET /apix'])
  expect(api.requests).toEqual(['GET /', 'GET /users?y', 'GET /v2/users', 'GET /evil'])
})

test('a folder serves the rewritten path', async () => {
  const edge = await TestEdge.start()
  const root = join(temporaryFolder().path, 'site')
  mkdirSync(root)
  writeFileSync(join(root, 'new.txt'), 'new')
  await edge.push(
    route([], {
      mode: 'static',
      static: { root, spa: false },
      pathPrefix: '/docs',
      rewrites: [{ from: '/docs/old.txt', to: '/docs/new.txt' }],
    }),
  )

  expect((await edge.ask({ path: '/docs/old.txt' })).body).toBe('new')
})
