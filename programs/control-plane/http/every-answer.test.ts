/** The headers that keep a browser out of trouble, on every route, file and error. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { endpoints } from '@seaworthy/api'
import { afterFile } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { signInOwner, startTestControlPlane, type TestControlPlane } from './test-control-plane.ts'

const EXPECTED: Record<string, RegExp> = {
  'content-security-policy': /default-src '(self|none)'.*frame-ancestors 'none'/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'referrer-policy': /^strict-origin-when-cross-origin$/,
  'permissions-policy': /camera=\(\).*geolocation=\(\).*microphone=\(\)/,
  'cross-origin-opener-policy': /^same-origin$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'cache-control': /./,
}

let platform: TestControlPlane
let token: string

beforeAll(async () => {
  platform = await startTestControlPlane({ cleanup: afterFile, trustedProxies: ['127.0.0.1'] })
  token = (await signInOwner(platform, afterFile)).token
  await platform.apps.create({ slug: 'shop' })
})

function expectHeaders(response: Response, what: string): void {
  for (const [name, value] of Object.entries(EXPECTED)) {
    expect(response.headers.get(name) ?? '', `${name} of ${what}`).toMatch(value)
  }
  expect(response.headers.get('content-security-policy'), what).not.toMatch(/unsafe|\*/)
  expect(response.headers.get('x-powered-by'), what).toBeNull()
  expect(response.headers.get('server'), what).toBeNull()
}

async function check(path: string, init: RequestInit = {}): Promise<Response> {
  const leave = new AbortController()
  const response = await fetch(platform.url + path, { ...init, signal: leave.signal })
  expectHeaders(response, `${init.method ?? 'GET'} ${path} (${response.status})`)
  // A stream of events never ends by itself.
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) leave.abort()
  else await response.arrayBuffer()
  return response
}

const fill = (path: string) =>
  path
    .replace('{slug}', 'shop')
    .replace('{team}', 'default')
    .replace(/\{\w+\}/g, '1')

describe.each(endpoints.map(endpoint => [endpoint.id, endpoint] as const))('%s', (_, { method, path }) => {
  test('answers with every security header, signed in or not', async () => {
    await check(fill(path), { method })
    // Without a body most of them are refused, so that this changes nothing.
    if (method === 'GET') await check(fill(path), { headers: { authorization: `Bearer ${token}` } })
    await check(fill(path), {
      method,
      headers: { origin: 'https://evil.example', cookie: 'seaworthy_session=x' },
    })
  })
})

test.each([
  '/',
  '/setup',
  '/apps/shop',
  '/api/docs',
  '/api/v1/openapi.json',
  '/live',
  '/ready',
  '/health',
  '/metrics',
  '/api/v1/nothing',
  '/nothing.js',
  '/%zz',
  '/%ff',
  `/${'x'.repeat(5_000)}`,
])('%s', async path => {
  await check(path)
  await check(path, { headers: { accept: 'text/html' } })
  await check(path, { method: 'HEAD' })
  await check(path, { method: 'DELETE' })
  await check(path, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } })
})

const DASHBOARD = new URL('../../dashboard/dist/', import.meta.url).pathname

test.skipIf(!existsSync(`${DASHBOARD}current`))(
  'every file of the dashboard, where it is built',
  async () => {
    const folder = DASHBOARD + readFileSync(`${DASHBOARD}current`, 'utf8').trim()
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry =>
      entry.isFile(),
    )
    expect(files.length).toBeGreaterThan(3)
    for (const { parentPath, name } of files) await check(`${parentPath.replace(folder, '')}/${name}`)
  },
)

test('a page has a nonce of its own each time, and nothing inline without it', async () => {
  for (const path of ['/', '/api/docs']) {
    const nonces = new Set<string>()
    for (const _ of [1, 2]) {
      const response = await fetch(platform.url + path, { headers: { accept: 'text/html' } })
      const [, nonce] = /script-src 'self' 'nonce-([\w-]+)'/.exec(
        response.headers.get('content-security-policy')!,
      )!
      nonces.add(nonce!)
      const html = await response.text()
      expect(html).not.toContain('{{nonce}}')
      for (const [tag] of html.matchAll(/<(?:script|style)\b[^>]*>/g)) expect(tag).toMatch(/ src="\/|nonce="/)
    }
    expect(nonces.size).toBe(2)
  }
})

test('only pages of the own origin may read answers', async () => {
  const own = await check('/api/v1/setup', { headers: { origin: platform.url } })
  const foreign = await check('/api/v1/setup', { headers: { origin: 'https://evil.example' } })

  expect(own.headers.get('access-control-allow-origin')).toBe(platform.url)
  expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
})

test('behind TLS the browser is asked to come back by TLS alone', async () => {
  const secure = await check('/', {
    headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' },
  })
  const plain = await check('/')

  expect(secure.headers.get('strict-transport-security')).toBe('max-age=31536000')
  expect(plain.headers.get('strict-transport-security')).toBeNull()
})
