/** Every endpoint of the catalogue, with all that can be wrong with a request: a 4xx problem, and nothing changed. */
import { type Endpoint, type EndpointId, endpoints, problemSchema } from '@seaworthy/api'
import { afterFile } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { policyRules } from '../access/policy-rules.ts'
import { signInOwner, startTestControlPlane, type TestControlPlane } from './test-control-plane.ts'

const PASSKEY_ANSWER = { id: 'a', rawId: 'a', type: 'public-key', response: { clientDataJSON: 'e30' } }

/** A body that each endpoint takes. An endpoint that is missing here fails the test below. */
const BODIES: Partial<Record<EndpointId, Record<string, unknown>>> = {
  'setup.claim': { token: 't', email: 'a@example.org', password: '0123456789', name: 'A' },
  'session.create': { email: 'a@example.org', password: 'wrong' },
  'session.mail-link': { email: 'a@example.org' },
  'session.open-link': { token: 't' },
  'account.update': { name: 'Ada' },
  'account.password': { currentPassword: 'wrong', newPassword: 'Lantern-4-Tidewash' },
  'account.email': { email: 'b@example.org', password: 'wrong' },
  'account.confirm-email': { token: 't' },
  'password.forgot': { email: 'a@example.org' },
  'password.reset': { token: 't', password: 'Lantern-4-Tidewash' },
  'password.reset-link': { email: 'a@example.org' },
  'session.finish': { pendingToken: 't', code: '123456' },
  'session.refresh': { refreshToken: 'swr_t' },
  'session.confirm': { password: 'wrong' },
  'session.passkey-begin': { email: 'a@example.org' },
  'session.passkey': { ceremony: 't', response: PASSKEY_ANSWER },
  'factor.start': { password: 'wrong' },
  'factor.confirm': { code: '123456' },
  'factor.disable': { password: 'wrong', code: '123456' },
  'passkeys.add': { ceremony: 't', name: 'Laptop', response: PASSKEY_ANSWER },
  'device.token': { deviceCode: 't' },
  'apps.create': { slug: 'fresh', name: 'Fresh' },
  'apps.update': { name: 'New', sleepAfterMinutes: 5, tags: ['internal'] },
  'apps.delete': { confirm: 'shop' },
  'apps.bulk': { action: 'tag', apps: ['shop'], addTags: ['internal'] },
  'apps.export': { secrets: true, passphrase: 'correct horse battery' },
  'apps.clone': { slug: 'shop-two', name: 'Shop two', secrets: false },
  'apps.import': {
    export: 'job_1',
    slug: 'shop-three',
    team: 'default',
    passphrase: 'correct horse battery',
  },
  'observation.update': { visits: false },
  'deployments.create': { git: { url: 'https://example.org/a.git', ref: 'main' } },
  'approval.set': { required: true, role: 'owner', ownAllowed: false, deadlineHours: 24 },
  'deployments.approve': { comment: 'Fine' },
  'deployments.refuse': { reason: 'Not today' },
  'deployments.reschedule': { scheduledAt: null },
  'releases.rollback': { release: 1, env: 'release' },
  'domains.add': { host: 'shop.example.com', https: { redirect: true }, challenge: 'http-01' },
  'domains.update': { redirectTo: null, https: { hstsMaxAgeSeconds: 60 } },
  'domains.renew': { automatic: true },
  'domains.upload': { chain: 'x', key: 'y' },
  'env.update': { set: { A: { value: '1' } }, unset: ['B'] },
  'env.import': { text: 'A=1', secret: true },
  'env.restore': { version: 1, baseVersion: 2 },
  'sharedEnv.update': { set: { A: { value: '1' } }, unset: ['B'], redeploy: true },
  'sharedEnv.import': { text: 'A=1', secret: true },
  'sharedEnv.restore': { version: 1, redeploy: true },
  'account.delete': { confirm: 'a@example.org', password: 'wrong' },
  'people.update': { platformRole: 'admin', suspended: false },
  'people.delete': { confirm: 'a@example.org' },
  'mail.test': { to: 'a@example.org' },
  'registries.set': { username: 'builder', password: 'x' },
  'quotas.setTeam': { limits: { apps: 3 } },
  'quotas.setPerson': { limits: { apps: 3 } },
  'teams.create': { slug: 'sales', name: 'Sales' },
  'teams.update': { slug: 'sales', name: 'Sales' },
  'teams.delete': { confirm: 'default' },
  'members.update': { role: 'viewer' },
  'invitations.create': { role: 'viewer', email: 'a@example.org' },
  'invitations.open': { token: 't' },
  'invitations.accept': { token: 't' },
  'invitations.join': { token: 't', name: 'A', password: 'Lantern-4-Tidewash', email: 'a@example.org' },
  'grants.set': { role: 'viewer' },
  'apps.transfer': { team: 'sales' },
  'tokens.create': { name: 'ci', scopes: ['deploy'], apps: ['shop'], team: 'default', expiresInDays: 30 },
  'tokens.rotate': { overlapHours: 24 },
  'apps.scale': { web: 2 },
  'traffic.replace': { headers: { 'X-A': '1' }, compression: true },
  'traffic.update': { compression: false, csp: null },
  'maintenance.set': { on: true, holdSeconds: 5, message: 'Soon back', allow: ['192.0.2.1'] },
  'cache.purge': { path: '/news' },
  'limits.replace': { memoryMb: 256, perProcess: { web: { processes: 64 } }, recycle: { afterHours: 24 } },
  'disk.reclaim': { apply: false },
  'pageFailures.report': { id: 'abc123def', message: 'x is not a function', page: '/apps/shop' },
  'apps.plan': { scale: { web: 2 }, limits: { memoryMb: 256 } },
  'apps.run': { argv: ['node', '-v'] },
}

const PARAMS = {
  ...{ slug: 'shop', number: '1', version: '1', id: 'x', key: 'A' },
  ...{ volume: 'data', team: 'default', environment: 'all', person: 'x', userId: 'x' },
}

/** What an endpoint cannot do without. */
const QUERIES: Partial<Record<EndpointId, string>> = {
  'releases.file': '?path=server.js',
  'releases.downloadFile': '?path=server.js',
}

const WRONG_VALUES: unknown[] = [null, 7, -1, 1.5, 'x\0', '', true, [], [1], {}, { a: 1 }, 'x'.repeat(5000)]
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
const withBody = endpoints.filter(({ body }) => body)
const inApp = endpoints.filter(({ path }) => path.includes('{slug}'))

let platform: TestControlPlane
let token: string
let before: string

beforeAll(async () => {
  platform = await startTestControlPlane({ cleanup: afterFile })
  token = (await signInOwner(platform, afterFile)).token
  await platform.apps.create({ slug: 'shop', name: 'Shop' })
  before = await everything()
})

test('there is a good body for each endpoint that takes one', () => {
  for (const { id, body } of withBody) expect(body!.safeParse(BODIES[id]).success, id).toBe(true)
})

describe.each(withBody.map(endpoint => [endpoint.id, endpoint] as const))('%s', (_, endpoint) => {
  test('refuses bodies that are no object', async () => {
    for (const body of [null, [], 'text', 7, true]) await expectRefused(endpoint, { body }, 400)
    await expectRefused(endpoint, {}, 400)
  })

  test('refuses fields it does not know, by name', async () => {
    const body = { ...BODIES[endpoint.id], 'Not Known': 1 }

    const problem = await expectRefused(endpoint, { body }, 400)

    expect(problem.errors?.map(({ path }) => path).join()).toContain('Not Known')
  })

  test('refuses wrong types and missing fields, and names the field', async () => {
    const good = BODIES[endpoint.id]!
    for (const field of Object.keys(good)) {
      for (const value of [undefined, ...WRONG_VALUES]) {
        const body = { ...good, [field]: value }
        if (endpoint.body!.safeParse(JSON.parse(JSON.stringify(body))).success) continue
        const problem = await expectRefused(endpoint, { body }, 400)
        expect(problem.errors?.length, `${field}=${JSON.stringify(value)}`).toBeGreaterThan(0)
      }
    }
  })

  test('refuses what is no JSON, too much, or of another type', async () => {
    await expectRefused(endpoint, { raw: '{"a":', type: 'application/json' }, 400)
    await expectRefused(endpoint, { raw: '', type: 'application/json' }, 400)
    await expectRefused(endpoint, { raw: '{"__proto__":{"x":1}}', type: 'application/json' }, 400)
    await expectRefused(endpoint, { raw: 'hello', type: 'text/plain' }, 415)
    await expectRefused(endpoint, { raw: '<a/>', type: 'application/xml' }, 415)
    await expectRefused(
      endpoint,
      { raw: JSON.stringify({ a: 'x'.repeat(3_000_000) }), type: 'application/json' },
      413,
    )
  })
})

test.each(
  endpoints
    .filter(({ body, method }) => !body && method !== 'GET')
    .map(endpoint => [endpoint.id, endpoint] as const),
)('%s refuses a body, since it takes none', async (_, endpoint) => {
  await expectRefused(endpoint, { body: { hello: 1 } }, 400)
})

test.each(endpoints.map(endpoint => [endpoint.id, endpoint] as const))(
  '%s refuses a query that it does not know',
  async (_, endpoint) => {
    const problem = await expectRefused(endpoint, { query: '?hello=1', body: BODIES[endpoint.id] }, 400)

    expect(problem.errors).toContainEqual({ path: 'query.hello', message: 'is not known here' })
  },
)

test.each(endpoints.filter(({ paged }) => paged).map(endpoint => [endpoint.id, endpoint] as const))(
  '%s refuses pages and limits out of bounds',
  async (_, endpoint) => {
    for (const query of [
      'page=0',
      'page=-1',
      'page=x',
      'limit=0',
      'limit=101',
      'limit=1e9',
      'order=up',
      'sort=no',
      'page=1&page=2',
    ]) {
      const problem = await expectRefused(endpoint, { query: `?${query}` }, 400)
      expect(problem.errors?.[0]?.path).toBe(`query.${query.split('=')[0]}`)
    }
  },
)

test.each(inApp.map(endpoint => [endpoint.id, endpoint] as const))(
  '%s does not find an unknown app',
  async (_, endpoint) => {
    const problem = await expectRefused(
      endpoint,
      { body: BODIES[endpoint.id], params: { slug: 'nobody' } },
      404,
    )

    expect(problem.code).toBe('app_not_found')
  },
)

test.each(
  endpoints
    .filter(({ path }) => /\{(number|version|id)\}/.test(path))
    .map(endpoint => [endpoint.id, endpoint] as const),
)('%s does not find what is not there, and refuses what can never be there', async (_, endpoint) => {
  await expectRefused(
    endpoint,
    {
      body: BODIES[endpoint.id],
      query: QUERIES[endpoint.id],
      params: { slug: 'shop', number: '9999', version: 'v9999', id: 'job_unknown' },
    },
    404,
  )
  const made = { slug: 'shop', number: '1;drop', version: 'latest', id: 'x'.repeat(100) }
  await expectRefused(endpoint, { body: BODIES[endpoint.id], params: made }, 400)
})

test('a known address with another method is 405 and names the right ones', async () => {
  for (const path of new Set(endpoints.map(({ path }) => path))) {
    const known = endpoints.filter(endpoint => endpoint.path === path).map(({ method }) => method as string)
    for (const method of METHODS.filter(method => !known.includes(method))) {
      const response = await fetch(platform.url + path.replace(/\{\w+\}/g, 'x'), {
        method,
        headers: headers(),
      })
      expect(response.status, `${method} ${path}`).toBe(405)
      expect(response.headers.get('allow')?.split(', ')).toEqual(expect.arrayContaining(known))
      expect(problemSchema.parse(await response.json()).code).toBe('method_not_allowed')
    }
  }
})

test.each([
  '/api/v1/nothing',
  '/api/v2/apps',
  '/nothing',
  '/api/v1/apps/shop/nothing',
  '/%ff',
  '/api/v1/apps/..%2f..%2fetc',
])('the address %s is not found', async path => {
  const response = await fetch(platform.url + path, { headers: headers() })

  expect([400, 404]).toContain(response.status)
  expect(problemSchema.parse(await response.json()).success).toBe(false)
})

test('after all of that, nothing has changed', async () => {
  expect(await everything()).toBe(before)
  expect(platform.deployments.calls).toEqual([])
})

interface BadRequest {
  params?: Record<string, string>
  query?: string
  body?: unknown
  raw?: string
  type?: string
}

async function expectRefused(
  endpoint: Endpoint,
  bad: BadRequest,
  status: number,
): Promise<z.output<typeof problemSchema>> {
  const params: Record<string, string> = { ...PARAMS, ...bad.params }
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name]!))
  const body = bad.raw ?? (bad.body === undefined ? undefined : JSON.stringify(bad.body))
  const type = bad.type ?? (body === undefined ? undefined : 'application/json')
  const response = await ask(endpoint, platform.url + path + (bad.query ?? ''), body, type)
  const text = await response.text()
  expect(response.status, `${endpoint.id} ${JSON.stringify(bad).slice(0, 200)} → ${text.slice(0, 300)}`).toBe(
    status,
  )
  expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/)
  const problem = problemSchema.parse(JSON.parse(text))
  expect(problem.status).toBe(status)
  expect(problem.requestId).toBe(response.headers.get('x-request-id'))
  return problem
}

/** What is for the machine itself only is tried over the socket file. */
async function ask(
  endpoint: Endpoint,
  url: string,
  body: string | undefined,
  type: string | undefined,
): Promise<Response> {
  const init = { method: endpoint.method, body, headers: headers(type) }
  if (policyRules[endpoint.action].on !== 'local') return fetch(url, init)
  const { pathname, search } = new URL(url)
  return platform.askLocally(pathname + search, init)
}

function headers(type?: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, ...(type !== undefined && { 'content-type': type }) }
}

/** All rows that a request could have touched, as text. */
async function everything(): Promise<string> {
  const tables = [
    'apps',
    'env_versions',
    'sources',
    'builds',
    'releases',
    'deployments',
    'instances',
    'jobs',
    'events',
  ] as const
  const rows = await Promise.all(
    tables.map(table => platform.store.db.selectFrom(table).selectAll().execute()),
  )
  return JSON.stringify(rows)
}
