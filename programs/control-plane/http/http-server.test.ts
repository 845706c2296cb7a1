import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { endpoints } from '@seaworthy/api'
import { createClient } from '@seaworthy/api/client'
import { createHealth, silentLogger } from '@seaworthy/kit'
import { createMetrics } from '@seaworthy/kit/metrics'
import { memoryStore } from '@seaworthy/kit/rate-limit'
import Fastify from 'fastify'
import { describe, expect, onTestFinished, test } from 'vitest'
import { can, NOTHING } from '../access/policy.ts'
import { createHttpServer } from './http-server.ts'
import { RATE_LIMIT_DEFAULTS } from './rate-limit-rules.ts'
import { guardRoutes } from './route-guard.ts'
import { OWNER, signInOwner, startTestControlPlane } from './test-control-plane.ts'

const NOBODY = {
  identify: async () => ({ kind: 'public' as const }),
  findResource: async () => ({ resource: NOTHING, notFound: () => new Error('nothing') }),
  requireFresh: async () => {},
}

describe('registration', () => {
  test('of a route without a policy throws', () => {
    const fastify = Fastify()
    guardRoutes(fastify, NOBODY)

    expect(() => fastify.get('/secret', async () => 'x')).toThrow(
      'Route GET /secret declares no policy action.',
    )
    expect(() => fastify.get('/apps', { config: { action: 'app:read' } }, async () => 'x')).toThrow(
      'Route GET /apps asks for a role (app) on what its path does not name.',
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
      ...NOBODY,
      actors: { find: async () => undefined },
      audit: { append: async () => undefined },
      rateLimits: { store: memoryStore(), settings: RATE_LIMIT_DEFAULTS },
      apiRequests: { count: async () => undefined },
      trustedProxies: [],
      csrfSecret: 'c'.repeat(32),
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
  test('over TCP, every endpoint wants somebody signed in, but for those that the policy opens', async () => {
    const { url } = await startTestControlPlane()
    const closed = endpoints.filter(({ action }) => !can({ kind: 'public' }, action))
    expect(closed.length).toBeGreaterThan(50)

    for (const { id, method, path } of closed) {
      const response = await fetch(url + path.replace(/\{\w+\}/g, '1'), {
        method,
        headers: { authorization: 'Bearer made-up-token-1234' },
      })
      await response.body?.cancel()
      expect(`${id} ${response.status}`).toBe(`${id} 401`)
    }
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

    expect(session.identity).toMatchObject({ kind: 'user', email: OWNER.email })
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
    expect(cookie).toMatch(/^seaworthy_session=\w+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
    const session = cookie!.split(';')[0]!

    const whoami = await fetch(`${platform.url}/api/v1/session`, { headers: { cookie: session } })
    const csrf = whoami.headers.getSetCookie()[0]!.split(';')[0]!
    const headers = { cookie: `${session}; ${csrf}`, 'x-csrf-token': csrf.split('=')[1]! }
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
    const page = await (await fetch(url, { headers: { accept: 'text/html' } })).text()
    const script = /src="(\/assets\/[\w.-]+\.js)"/.exec(page)![1]!
    const { headers } = await fetch(url + script)

    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(headers.get('content-encoding')).toMatch(/^(br|gzip)$/)
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

async function withHost(url: string, host: string): Promise<IncomingMessage> {
  const [response] = (await once(request(url, { headers: { host }, agent: false }).end(), 'response')) as [
    IncomingMessage,
  ]
  return response.resume()
}
