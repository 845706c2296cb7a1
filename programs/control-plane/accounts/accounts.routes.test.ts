/** Sign-in, sessions and the own account over HTTP: what a browser and a stranger get to see. */
import { request } from 'node:http'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { credentialsOf, sessionCookie } from '../http/session-cookie.ts'
import {
  OWNER,
  signInOwner,
  startTestControlPlane,
  type TestControlPlane,
} from '../http/test-control-plane.ts'

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const NEW_PASSWORD = 'Lantern-4-Tidewash'

async function claimed() {
  const platform = await startTestControlPlane()
  await platform.accounts.ensureOwner(OWNER)
  return platform
}

function post(platform: TestControlPlane, path: string, body: object, headers: Record<string, string> = {}) {
  return fetch(`${platform.url}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': FIREFOX, ...headers },
    body: JSON.stringify(body),
  })
}

const signIn = (platform: TestControlPlane, credentials: object = OWNER) => {
  const { email, password } = { ...OWNER, ...credentials }
  return post(platform, '/session', { email, password })
}

describe('signing in', () => {
  test('gives browsers a cookie that neither scripts nor other sites can use', async () => {
    const platform = await claimed()

    const answer = await signIn(platform)

    expect(answer.status).toBe(201)
    expect(answer.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^seaworthy_session=\w{32}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2591\d{3}$/),
    ])
    const { data } = await bodyOf(answer)
    expect(data.identity).toMatchObject({ kind: 'user', email: OWNER.email, name: OWNER.name })
  })

  test('with a wrong password and for nobody gets the same answer, header for header', async () => {
    const platform = await claimed()
    const seen = async (email: string) => {
      const answer = await signIn(platform, { email, password: 'wrong' })
      const { requestId, ...body } = await bodyOf(answer)
      const headers = Object.fromEntries(
        [...answer.headers].filter(([name]) => !['date', 'x-request-id', 'content-length'].includes(name)),
      )
      return { status: answer.status, body, headers: { ...headers, ...withoutCounts } }
    }
    const withoutCounts = { 'ratelimit-remaining': '', 'ratelimit-reset': '' }

    const wrong = await seen(OWNER.email)
    const nobody = await seen('eve@example.org')

    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong_credentials' } })
    expect(nobody).toEqual(wrong)
  })

  test('too often is refused with the seconds to wait, whether or not there is such an account', async () => {
    const platform = await claimed()
    for (let n = 0; n < 5; n++) await signIn(platform, { password: 'wrong' })

    for (const email of [OWNER.email, 'eve@example.org']) {
      const answer = await signIn(platform, { email })

      expect(answer.status).toBe(429)
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(800)
      expect(await bodyOf(answer)).toMatchObject({
        code: 'too_many_sign_ins',
        detail: expect.stringContaining('Try again in 15 min.'),
      })
    }
  })

  test('leaves an entry in the audit log, done or refused, without what was typed', async () => {
    const platform = await claimed()
    await signIn(platform)
    await signIn(platform, { password: 'my secret' })
    await signIn(platform, { email: 'my secret, in the wrong field', password: 'x' })

    const entries = await platform.store.db
      .selectFrom('audit_entries')
      .selectAll()
      .orderBy('sequence')
      .execute()

    const [{ id }] = (await platform.store.db.selectFrom('user').select('id').execute()) as [{ id: string }]
    const all = { action: 'session:create', address: '127.0.0.1', user_agent: FIREFOX }
    expect(entries).toMatchObject([
      { ...all, outcome: 'done', actor_kind: 'user', actor_id: id, target_name: 'Firefox on Linux' },
      { ...all, outcome: 'refused', actor_kind: 'public', target_kind: 'person', target_id: id },
      { ...all, outcome: 'refused', actor_kind: 'public', target_kind: 'person', target_id: null },
    ])
    expect(JSON.stringify(entries)).not.toContain('my secret')
  })
})

test('behind TLS the cookie is bound to its host, and another one is no session', () => {
  const cookie = sessionCookie({ token: 'abc', expiresAt: Date.now() + 60_500, secure: true })

  expect(cookie).toBe('__Host-seaworthy_session=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure')
  const secure = { secure: true }
  expect(credentialsOf({ cookie: 'a=b; __Host-seaworthy_session=abc' }, secure)).toEqual({
    token: 'abc',
    via: 'cookie',
  })
  // An app on a subdomain could set this one for the whole domain.
  expect(credentialsOf({ cookie: 'seaworthy_session=abc' }, secure)).toBeUndefined()
})

describe('links', () => {
  test('lead to the address of the settings, whatever a request says it came to', async () => {
    const platform = await claimed()
    const forged = {
      host: 'panel.example.org',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
    }

    for (const path of ['/api/v1/session/link', '/api/v1/password/forgot'])
      expect(await postWithHost(platform, path, { email: OWNER.email }, forged)).toBe(202)

    await waitFor(() => platform.mails.sent.length === 2)
    for (const { data } of platform.mails.sent)
      expect((data as { url: string }).url).toMatch(/^http:\/\/localhost:4400\/sign-in\//)
  })

  test('sign in once, and nobody learns whether there is an account', async () => {
    const platform = await claimed()
    const answers = []
    for (const email of [OWNER.email, 'eve@example.org']) {
      const answer = await post(platform, '/session/link', { email })
      answers.push([answer.status, (await bodyOf(answer)).data])
    }
    expect(answers[0]).toEqual([202, { asked: true }])
    expect(answers[1]).toEqual(answers[0])
    await waitFor(() => platform.mails.sent.length > 0)
    const token = platform.mails.tokenOf('sign-in-link')

    const opened = await post(platform, '/session/link/open', { token })
    const again = await post(platform, '/session/link/open', { token })

    expect(opened.status).toBe(201)
    expect(opened.headers.getSetCookie()[0]).toMatch(/^seaworthy_session=/)
    expect(again.status).toBe(403)
    expect((await bodyOf(again)).code).toBe('link_not_valid')
  })

  test('give a new password to who forgot theirs, and refuse a weak one field by field', async () => {
    const platform = await claimed()
    await post(platform, '/password/forgot', { email: OWNER.email })
    await waitFor(() => platform.mails.sent.length > 0)
    const token = platform.mails.tokenOf('password-reset')

    const weak = await post(platform, '/password/reset', { token, password: 'short' })
    const reset = await post(platform, '/password/reset', { token, password: NEW_PASSWORD })

    expect(weak.status).toBe(400)
    expect((await bodyOf(weak)).errors).toContainEqual({ path: 'password', message: 'needs a digit' })
    expect(reset.status).toBe(200)
    expect((await signIn(platform)).status).toBe(401)
    expect((await signIn(platform, { password: NEW_PASSWORD })).status).toBe(201)
  })
})

describe('own sessions', () => {
  test('are listed by device and ended, one or all', async () => {
    const platform = await claimed()
    const { client } = await signInOwner(platform)
    const browser = (await bodyOf(await signIn(platform))).data.token as string

    const sessions = await client.call('sessions.list')
    const { id } = sessions.find(({ device }) => device === 'Firefox on Linux')!
    expect(sessions.map(({ current }) => current).toSorted()).toEqual([false, true])

    await client.call('sessions.end', { params: { id } })
    expect(await statusAs(platform, browser)).toBe(401)
    await expect(client.call('sessions.end', { params: { id } })).rejects.toMatchObject({ status: 404 })
    const other = (await bodyOf(await signIn(platform))).data.token as string
    expect(await client.call('sessions.end-all', { query: { keep: 'current' } })).toEqual({ ended: 1 })
    expect(await statusAs(platform, other)).toBe(401)
    expect(await client.call('sessions.end-all')).toEqual({ ended: 1 })
    await expect(client.call('sessions.list')).rejects.toMatchObject({ status: 401 })
  })

  test('of other people cannot be ended', async () => {
    const platform = await claimed()
    const { client } = await signInOwner(platform)
    const passwordHash = await platform.accounts.hashPassword({ password: NEW_PASSWORD })
    const bo = { email: 'bo@example.org', name: 'Bo', passwordHash, emailVerified: true }
    const userId = await platform.accounts.createPerson(bo)
    const foreign = await platform.accounts.openSession(userId, { address: '::1' })

    await expect(client.call('sessions.end', { params: { id: foreign.sessionId } })).rejects.toMatchObject({
      status: 404,
    })

    expect(await statusAs(platform, foreign.token)).toBe(200)
  })
})

describe('the own account', () => {
  test('is shown and changed; what is sensitive needs the password', async () => {
    const platform = await claimed()
    const { client } = await signInOwner(platform)
    expect(await client.call('account.get')).toMatchObject({
      email: OWNER.email,
      emailVerified: true,
      hasPassword: true,
      platformRole: 'admin',
    })

    expect(await client.call('account.update', { body: { name: '  Ada <b>King</b> ' } })).toMatchObject({
      name: 'Ada <b>King</b>',
    })
    const body = { email: 'countess@example.org', password: OWNER.password }
    await expect(client.call('account.email', { body: { ...body, password: 'x' } })).rejects.toMatchObject({
      status: 403,
    })
    await client.call('account.email', { body })
    const token = platform.mails.tokenOf('email-confirm')

    const confirmed = await client.call('account.confirm-email', { body: { token } })

    expect(confirmed).toMatchObject({ email: 'countess@example.org', emailVerified: true })
  })

  test('needs a person: the administrator of the machine has none', async () => {
    const { local } = await claimed()

    await expect(local.call('account.get')).rejects.toMatchObject({ code: 'no_account', status: 403 })
    await expect(local.call('sessions.list')).rejects.toMatchObject({ code: 'no_account', status: 403 })
  })

  test('gets a link to reset its password from the machine alone', async () => {
    const platform = await claimed()
    const { client } = await signInOwner(platform)
    const asked = { body: { email: OWNER.email } }

    await expect(client.call('password.reset-link', asked)).rejects.toMatchObject({ status: 403 })
    const { url } = await platform.local.call('password.reset-link', asked)

    expect(url).toMatch(/^http:\/\/localhost:4400\/sign-in\/new-password#token=/)
  })
})

test('a copy of the database opens nothing: no session, no link', async () => {
  const platform = await claimed()
  await signIn(platform)
  await post(platform, '/session/link', { email: OWNER.email })
  await post(platform, '/password/forgot', { email: OWNER.email })
  await waitFor(() => platform.mails.sent.length === 2)
  const { db } = platform.store
  const rows = [
    await db.selectFrom('session').selectAll().execute(),
    await db.selectFrom('verification').selectAll().execute(),
  ].flat()
  const values = rows.flatMap(row =>
    Object.values(row).flatMap(value => [String(value), ...String(value).split(':')]),
  )
  expect(values.length).toBeGreaterThan(20)

  for (const value of new Set(values.filter(text => /^[\x21-\x7e]{8,150}$/.test(text)))) {
    expect(await statusAs(platform, value)).toBe(401)
    expect((await post(platform, '/session/link/open', { token: value })).status).toBe(403)
    const reset = await post(platform, '/password/reset', { token: value, password: NEW_PASSWORD })
    expect(reset.status).toBe(403)
  }
})

// biome-ignore lint/suspicious/noExplicitAny: whatever a client would read
function bodyOf(answer: Response): Promise<any> {
  return answer.json()
}

async function statusAs({ url }: TestControlPlane, token: string): Promise<number> {
  const answer = await fetch(`${url}/api/v1/session`, { headers: { authorization: `Bearer ${token}` } })
  await answer.body?.cancel()
  return answer.status
}

/** `fetch` says its own Host, whatever it is told. */
function postWithHost(
  { url }: TestControlPlane,
  path: string,
  body: object,
  headers: Record<string, string>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    }
    request(url + path, options, response => {
      response.resume().on('end', () => resolve(response.statusCode!))
    })
      .on('error', reject)
      .end(JSON.stringify(body))
  })
}
