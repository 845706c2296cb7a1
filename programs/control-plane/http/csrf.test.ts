/** Requests that another site makes a browser send, against the real server. The kit's tests try every shape. */
import { endpoints } from '@seaworthy/api'
import { expect, test } from 'vitest'
import { OWNER, signInOwner, startTestControlPlane, type TestControlPlane } from './test-control-plane.ts'

/** What a browser holds after signing in and showing a page. */
async function browserOf(platform: TestControlPlane) {
  await platform.accounts.ensureOwner(OWNER)
  const signedIn = await fetch(`${platform.url}/api/v1/session`, {
    method: 'POST',
    headers: { origin: platform.url, 'content-type': 'application/json' },
    body: JSON.stringify({ email: OWNER.email, password: OWNER.password }),
  })
  const session = cookiesOf(signedIn).find(cookie => cookie.startsWith('seaworthy_session='))!
  const shown = await fetch(`${platform.url}/api/v1/session`, { headers: { cookie: session } })
  const csrf = cookiesOf(shown).find(cookie => cookie.startsWith('seaworthy_csrf='))!
  return { session, csrf, token: csrf.split('=')[1]! }
}

function cookiesOf(response: Response): string[] {
  return response.headers.getSetCookie().map(cookie => cookie.split(';')[0]!)
}

function createApp(platform: TestControlPlane, headers: Record<string, string>): Promise<Response> {
  return fetch(`${platform.url}/api/v1/apps`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ slug: 'shop' }),
  })
}

test('a cookie alone changes nothing: the page must send the token of its own session along', async () => {
  const platform = await startTestControlPlane()
  const first = await browserOf(platform)
  const second = await browserOf(platform)
  const cookie = `${first.session}; ${first.csrf}`
  const own = { origin: platform.url, cookie }

  const refused = [
    await createApp(platform, own),
    await createApp(platform, { ...own, 'x-csrf-token': second.token }),
    await createApp(platform, {
      origin: platform.url,
      cookie: `${first.session}; ${second.csrf}`,
      'x-csrf-token': second.token,
    }),
    await createApp(platform, { cookie, 'x-csrf-token': first.token }),
    await createApp(platform, { cookie, 'x-csrf-token': first.token, origin: 'https://evil.example' }),
  ]

  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403])
  expect((await platform.apps.list()).total).toBe(0)
  expect((await createApp(platform, { ...own, 'x-csrf-token': first.token })).status).toBe(201)
})

test('another site signs nobody in, not even to its own account', async () => {
  const platform = await startTestControlPlane()
  await platform.accounts.ensureOwner(OWNER)

  const response = await fetch(`${platform.url}/api/v1/session`, {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'content-type': 'application/json' },
    body: JSON.stringify({ email: OWNER.email, password: OWNER.password }),
  })

  expect(response.status).toBe(403)
  expect(response.headers.getSetCookie()).toEqual([])
  expect(response.headers.get('access-control-allow-origin')).toBeNull()
})

test('a token in a header and the socket file need no proof', async () => {
  const platform = await startTestControlPlane()
  const { token } = await signInOwner(platform)

  expect((await createApp(platform, { authorization: `Bearer ${token}` })).status).toBe(201)
  expect(await platform.local.call('apps.create', { body: { slug: 'blog' } })).toMatchObject({ slug: 'blog' })
})

test('every way to change something by cookie is refused without a token', async () => {
  const platform = await startTestControlPlane()
  const { session } = await browserOf(platform)
  const unsafe = endpoints.filter(({ method }) => method !== 'GET')

  for (const { id, method, path } of unsafe) {
    const response = await fetch(platform.url + path.replace(/\{\w+\}/g, 'x'), {
      method,
      headers: { origin: platform.url, cookie: session },
    })
    expect([id, response.status]).toEqual([id, 403])
    expect(await response.json()).toMatchObject({ code: 'csrf_token_missing' })
  }
})
