import { scryptSync } from 'node:crypto'
import type { Route } from '@seaworthy/routes'
import { httpBackend } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { route, TestEdge, target } from '../test/edge-harness.ts'

test('address lists let in who is on them, and refuse whom they deny, WebSockets too', async () => {
  const edge = await TestEdge.start()
  const app = await httpBackend()
  const at = (name: string, access: object) =>
    route([target(app.port)], { appId: `app_${name}`, hosts: [`${name}.localhost`], access })
  await edge.push(
    at('in', { allow: ['127.0.0.0/8'] }),
    at('out', { allow: ['192.0.2.0/24', '2001:db8::/32'] }),
    at('denied', { allow: ['127.0.0.0/8'], deny: ['127.0.0.1'] }),
    at('empty', { allow: [] }),
  )

  expect((await edge.ask({ host: 'in.localhost' })).status).toBe(200)
  expect((await edge.ask({ host: 'empty.localhost' })).status).toBe(200)
  for (const host of ['out.localhost', 'denied.localhost']) {
    const answer = await edge.ask({ host })
    expect(answer.status).toBe(403)
    expect(answer.headers['x-request-id']).toBeTruthy()
    expect((await edge.ask({ host, headers: UPGRADE })).status).toBe(403)
  }
  expect(app.requests).toHaveLength(2)
})

const UPGRADE = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13' }
const ADA = { authorization: `Basic ${Buffer.from('ada:tide:lantern').toString('base64')}` }

test('a path asks for a name and a password, which the app does not get to see', async () => {
  const { edge, app, authorizations } = await protectedApp()

  const stranger = await edge.ask({ path: '/admin' })
  const wrong = await edge.ask({ path: '/admin', headers: basic('ada', 'wrong') })
  const nobody = await edge.ask({ path: '/admin', headers: basic('bob', 'tide:lantern') })
  const ada = await edge.ask({ path: '/admin/users', headers: ADA })
  const open = await edge.ask({ path: '/', headers: ADA })

  expect([stranger, wrong, nobody, ada, open].map(({ status }) => status)).toEqual([401, 401, 401, 200, 200])
  expect(stranger.headers['www-authenticate']).toBe('Basic realm="the \\"back\\" office", charset="UTF-8"')
  expect(app.requests).toEqual(['GET /admin/users', 'GET /'])
  expect(authorizations).toEqual([undefined, ADA.authorization])
})

test('no spelling of a path and no rewrite is a way around its password', async () => {
  const { edge, app } = await protectedApp({ rewrites: [{ from: '/v1/*', to: '/:rest' }] })
  const ways = [
    ...['/%61dmin', '//admin', '/x/../admin', '/ADMIN', '/admin;x', '/x/%2e%2e/admin', '/x/..;/admin'],
    ...['/admin.json', '/admin%00.png', '/admin%20', '/admin%3fx', '/./admin', '/\\admin', '/admin/'],
    ...['http://shop.localhost//admin', '/v1/admin', '/v1/%61dmin', '/v1//admin', '/V1/../admin'],
  ]

  const statuses = await Promise.all(ways.map(async path => `${path} ${(await edge.ask({ path })).status}`))

  expect(statuses).toEqual(ways.map(path => `${path} 401`))
  expect(app.requests).toHaveLength(0)
})

test('whoever has the password of one path cannot use it for another by a path that means both', async () => {
  const { edge, app } = await protectedApp()
  const bob = basic('bob', 'sea:glass')

  for (const path of ['/partners/%2e%2e/admin', '/partners/../admin', '/admin/../partners'])
    expect([path, (await edge.ask({ path, headers: bob })).status]).toEqual([path, 403])
  expect((await edge.ask({ path: '/partners/x', headers: bob })).status).toBe(200)
  expect((await edge.ask({ path: '/admin', headers: bob })).status).toBe(401)
  expect(app.requests).toEqual(['GET /partners/x'])
})

test('wrong passwords of an address are limited, and who signed in before goes on', async () => {
  const { edge } = await protectedApp()
  expect((await edge.ask({ path: '/admin', headers: ADA })).status).toBe(200)

  const attempts = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      edge.ask({ path: '/admin', headers: basic('ada', `guess ${index}`) }),
    ),
  )

  const refused = attempts.filter(({ status }) => status === 401)
  const limited = attempts.filter(({ status }) => status === 429)
  expect(refused.length).toBeLessThanOrEqual(10)
  expect(refused.length + limited.length).toBe(30)
  expect(Number(limited[0]!.headers['retry-after'])).toBeGreaterThan(0)
  const elsewhere = await edge.ask({ path: '/' })
  expect(elsewhere.status).toBe(200)
})

test.each([
  '',
  'Basic',
  'Basic !!!',
  'Bearer abc',
  `Basic ${'A'.repeat(20_000)}`,
  `Basic ${btoa('no colon')}`,
])('no sign-in: %j', async authorization => {
  const { edge, app } = await protectedApp()

  expect((await edge.ask({ path: '/admin', headers: { authorization } })).status).toBe(401)
  expect(app.requests).toHaveLength(0)
})

async function protectedApp(change: Partial<Route> = {}) {
  const edge = await TestEdge.start()
  const authorizations: (string | undefined)[] = []
  const app = await httpBackend((request, response) => {
    authorizations.push(request.headers.authorization)
    response.end('ok')
  })
  const users = [{ name: 'ada', passwordHash: hashOf('tide:lantern') }]
  const partners = [{ name: 'bob', passwordHash: hashOf('sea:glass') }]
  const basicAuth = [
    { path: '/admin', realm: 'the "back" office', users },
    { path: '/partners', realm: 'partners', users: partners },
  ]
  await edge.push(route([target(app.port)], { access: { basicAuth }, ...change }))
  return { edge, app, authorizations }
}

/** Cheaper than what the control plane writes, so that the test takes no core for seconds. */
function hashOf(password: string): string {
  const salt = Buffer.alloc(16, 7)
  const hash = scryptSync(password, salt, 32, { N: 1024, r: 8, p: 1 })
  return `scrypt$1024$8$1$${salt.toString('base64url')}$${hash.toString('base64url')}`
}

function basic(name: string, password: string) {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` }
}
