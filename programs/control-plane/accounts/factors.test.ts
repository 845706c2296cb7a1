/** Second factors, tokens of programs, passkeys and device codes over the API, as clients use them. */
import { createClient } from '@seaworthy/api/client'
import { waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  OWNER,
  signInOwner,
  startTestControlPlane,
  type TestControlPlane,
} from '../http/test-control-plane.ts'
import type { SecondFactorRule } from './second-factor-rule.ts'
import { TestAuthenticator } from './test-authenticator.ts'
import { codeAt } from './totp.ts'

const CREDENTIALS = { email: OWNER.email, password: OWNER.password }
const STEP_MS = 30_000

describe('an account with a second factor', () => {
  test('opens no session for the password alone, and one for password and code', async () => {
    const platform = await startTestControlPlane()
    const { recoveryCodes, secret } = await withFactor(platform)
    const anonymous = clientOf(platform)
    const before = await sessionsOf(platform)

    const problem = await anonymous.call('session.create', { body: CREDENTIALS }).catch(error => error)

    expect(problem).toMatchObject({ status: 401, code: 'second_factor_needed' })
    expect(await sessionsOf(platform)).toBe(before)
    const { pendingToken } = problem.problem
    const wrong = anonymous.call('session.finish', { body: { pendingToken, code: '000000' } })
    await expect(wrong).rejects.toMatchObject({ status: 401, code: 'wrong_code' })
    expect(await sessionsOf(platform)).toBe(before)

    const body = { pendingToken, code: await codeAt(secret, Date.now() + STEP_MS) }
    const session = await anonymous.call('session.finish', { body })

    expect(await clientOf(platform, session.token).call('session.get')).toMatchObject({ email: OWNER.email })
    const again = anonymous.call('session.finish', {
      body: { pendingToken, recoveryCode: recoveryCodes[0]! },
    })
    await expect(again).rejects.toMatchObject({ status: 401, code: 'sign_in_expired' })
  })

  test('opens with a recovery code as well, once', async () => {
    const platform = await startTestControlPlane()
    const { recoveryCodes } = await withFactor(platform)
    const finish = async () => {
      const body = { pendingToken: await pendingTokenOf(platform), recoveryCode: recoveryCodes[0]! }
      return clientOf(platform).call('session.finish', { body })
    }

    await finish()

    await expect(finish()).rejects.toMatchObject({ code: 'wrong_code' })
  })

  test('is asked for the factor after a link from a mail as well', async () => {
    const platform = await startTestControlPlane()
    await withFactor(platform)
    const before = await sessionsOf(platform)
    await clientOf(platform).call('session.mail-link', { body: { email: OWNER.email } })
    const token = await waitFor(() => tokenOfMail(platform))

    const opened = clientOf(platform).call('session.open-link', { body: { token } })

    await expect(opened).rejects.toMatchObject({ status: 401, code: 'second_factor_needed' })
    expect(await sessionsOf(platform)).toBe(before)
  })

  test('makes a guesser of codes wait, and leaves its attempts in the audit log', async () => {
    const platform = await startTestControlPlane()
    const { secret } = await withFactor(platform)
    const guess = async (code: string) => {
      const body = { pendingToken: await pendingTokenOf(platform), code }
      return clientOf(platform)
        .call('session.finish', { body })
        .catch(error => error)
    }

    const answers = []
    for (let n = 0; n < 7; n++) answers.push(await guess(`00000${n}`))
    const right = await guess(await codeAt(secret, Date.now() + STEP_MS))

    expect(answers.map(({ code }) => code)).toEqual([
      ...Array(5).fill('wrong_code'),
      ...Array(2).fill('too_many_sign_ins'),
    ])
    expect(right).toMatchObject({ status: 429 })
    const entries = await platform.store.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('outcome', '=', 'refused')
      .execute()
    expect(entries.filter(({ action }) => action === 'session:create')).toHaveLength(5)
  })

  test('shows neither secret nor codes again, and hands them out only to who knows the password', async () => {
    const platform = await startTestControlPlane()
    const { client } = await signInOwner(platform)

    const refused = client.call('factor.start', { body: { password: 'wrong password' } })
    await expect(refused).rejects.toMatchObject({ status: 403, code: 'proof_wrong' })
    const setup = await client.call('factor.start', { body: { password: OWNER.password } })
    const { recoveryCodes } = await client.call('factor.confirm', { body: { code: await codeOf(setup.uri) } })

    const state = await client.call('factor.get')
    expect(state).toEqual({ enabled: true, required: false, recoveryCodesLeft: 10 })
    const { db } = platform.store
    const dump = JSON.stringify([
      await db.selectFrom('twoFactor').selectAll().execute(),
      await db.selectFrom('audit_entries').selectAll().execute(),
      await db.selectFrom('verification').selectAll().execute(),
    ])
    for (const text of [setup.secret, secretOf(setup.uri), ...recoveryCodes]) expect(dump).not.toContain(text)
  })

  test('loses it only to who has password and code', async () => {
    const platform = await startTestControlPlane()
    const { client, recoveryCodes } = await withFactor(platform)
    const disable = (body: { password: string; recoveryCode?: string }) =>
      client.call('factor.disable', { body })

    for (const body of [
      { password: OWNER.password },
      { password: 'wrong password', recoveryCode: recoveryCodes[1]! },
      { password: OWNER.password, recoveryCode: 'wrong' },
    ])
      await expect(disable(body)).rejects.toMatchObject({ status: 403, code: 'proof_wrong' })

    expect(await disable({ password: OWNER.password, recoveryCode: recoveryCodes[1]! })).toMatchObject({
      enabled: false,
    })
    await expect(clientOf(platform).call('session.create', { body: CREDENTIALS })).resolves.toMatchObject({})
  })

  test('is let in again by an administrator: all sessions end, the log and a mail tell of it', async () => {
    const platform = await startTestControlPlane()
    const { client } = await withFactor(platform)

    const outcome = await platform.local.call('factor.reset', { params: { person: OWNER.email } })

    expect(outcome).toMatchObject({ reset: true, sessionsEnded: 1 })
    await expect(client.call('session.get')).rejects.toMatchObject({ status: 401 })
    await expect(clientOf(platform).call('session.create', { body: CREDENTIALS })).resolves.toMatchObject({})
    expect(platform.mails.sent.at(-1)).toMatchObject({ to: OWNER.email, kind: 'second-factor-reset' })
    const entry = await platform.store.db
      .selectFrom('audit_entries')
      .selectAll()
      .where('action', '=', 'factor:reset')
      .executeTakeFirstOrThrow()
    expect(entry).toMatchObject({ outcome: 'done', target_kind: 'person', target_id: expect.any(String) })
  })
})

describe('a platform that demands a second factor', () => {
  test.each<SecondFactorRule>(['admins', 'all'])(
    'of %s lets who has none only set one up',
    async factorRule => {
      const platform = await startTestControlPlane({ factorRule })
      const { client } = await signInOwner(platform)

      const refused = client.call('apps.list')
      await expect(refused).rejects.toMatchObject({
        status: 403,
        detail: expect.stringContaining('second factor'),
      })
      await expect(client.call('apps.get', { params: { slug: 'no-such-app' } })).rejects.toMatchObject({
        status: 404,
      })
      expect(await client.call('factor.get')).toMatchObject({ enabled: false, required: true })
      const setup = await client.call('factor.start', { body: { password: OWNER.password } })
      const { recoveryCodes } = await client.call('factor.confirm', {
        body: { code: await codeOf(setup.uri) },
      })

      expect(await client.call('apps.list')).toEqual([])
      const body = { password: OWNER.password, recoveryCode: recoveryCodes[0]! }
      await expect(client.call('factor.disable', { body })).rejects.toMatchObject({
        code: 'second_factor_required',
      })
    },
  )
})

describe('a program', () => {
  test('gets tokens that change, no cookie, and a session that ends when an old one shows up', async () => {
    const platform = await startTestControlPlane()
    await platform.accounts.ensureOwner(OWNER)
    const response = await fetch(`${platform.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...CREDENTIALS, client: 'cli' }),
    })
    const { data: first } = (await response.json()) as { data: { token: string; refreshToken: string } }
    expect(response.headers.getSetCookie().join()).not.toContain('seaworthy_session')
    expect(first.token).toMatch(/^swa_/)
    expect(first.refreshToken).toMatch(/^swr_/)
    const client = clientOf(platform, first.token)
    expect(await client.call('session.get')).toMatchObject({ kind: 'user', email: OWNER.email })

    const next = await client.call('session.refresh', { body: { refreshToken: first.refreshToken } })
    await platform.store.db
      .updateTable('refresh_tokens')
      .set({ used_at: 1 })
      .where('used_at', 'is not', null)
      .execute()

    const reuse = client.call('session.refresh', { body: { refreshToken: first.refreshToken } })
    await expect(reuse).rejects.toMatchObject({ status: 401, code: 'refresh_refused' })
    for (const token of [first.token, next.token])
      await expect(clientOf(platform, token).call('session.get')).rejects.toMatchObject({ status: 401 })
  })

  test('is shut out at its next request when its session is ended or its person suspended', async () => {
    const platform = await startTestControlPlane()
    await platform.accounts.ensureOwner(OWNER)
    const body = { ...CREDENTIALS, client: 'cli' as const }
    const [one, two] = [
      await clientOf(platform).call('session.create', { body }),
      await clientOf(platform).call('session.create', { body }),
    ]

    await clientOf(platform, one.token).call('session.delete')
    await expect(clientOf(platform, one.token).call('session.get')).rejects.toMatchObject({ status: 401 })
    expect(await clientOf(platform, two.token).call('session.get')).toMatchObject({ kind: 'user' })
    await platform.store.db.updateTable('user').set({ suspendedAt: Date.now() }).execute()

    await expect(clientOf(platform, two.token).call('session.get')).rejects.toMatchObject({ status: 401 })
    const refresh = clientOf(platform).call('session.refresh', { body: { refreshToken: two.refreshToken! } })
    await expect(refresh).rejects.toMatchObject({ status: 401 })
  })

  test('signs in by a code that a person approves, who sees what asks', async () => {
    const platform = await startTestControlPlane()
    const { client: person } = await signInOwner(platform)
    const program = clientOf(platform)
    const { deviceCode, userCode, ...started } = await program.call('device.start')
    const poll = () => program.call('device.token', { body: { deviceCode } })

    await expect(poll()).rejects.toMatchObject({ status: 400, code: 'authorization_pending' })
    await expect(poll()).rejects.toMatchObject({ status: 400, code: 'slow_down' })
    expect(await person.call('device.get', { params: { userCode } })).toMatchObject({
      userCode,
      address: '127.0.0.1',
    })
    await person.call('device.approve', { params: { userCode } })
    const session = await poll()

    expect(started).toMatchObject({
      verificationUrl: 'http://localhost:4400/device',
      verificationUrlComplete: `http://localhost:4400/device?code=${userCode}`,
      intervalSeconds: 5,
    })
    expect(await clientOf(platform, session.token).call('session.get')).toMatchObject({ email: OWNER.email })
    expect(session.refreshToken).toMatch(/^swr_/)
    await expect(poll()).rejects.toMatchObject({ status: 401, code: 'expired_token' })
  })

  test('is told when its code was denied, and nobody decides without being signed in', async () => {
    const platform = await startTestControlPlane()
    const { client: person } = await signInOwner(platform)
    const program = clientOf(platform)
    const { deviceCode, userCode } = await program.call('device.start')

    await expect(program.call('device.approve', { params: { userCode } })).rejects.toMatchObject({
      status: 401,
    })
    await expect(program.call('device.get', { params: { userCode } })).rejects.toMatchObject({ status: 401 })
    await person.call('device.deny', { params: { userCode } })

    const poll = program.call('device.token', { body: { deviceCode } })
    await expect(poll).rejects.toMatchObject({ status: 401, code: 'access_denied' })
  })
})

describe('what is sensitive', () => {
  test('needs a sign-in of the last 15 minutes, or the password again', async () => {
    const platform = await startTestControlPlane()
    const { client } = await signInOwner(platform)
    const { userCode } = await clientOf(platform).call('device.start')
    await ageSessions(platform)
    const sensitive = [
      () => client.call('passkeys.begin'),
      () => client.call('keys.rotate'),
      () => client.call('tokens.create', { body: { name: 'all', scopes: ['admin'] } }),
      () => client.call('device.approve', { params: { userCode } }),
      () => client.call('factor.reset', { params: { person: OWNER.email } }),
    ]

    for (const act of sensitive)
      await expect(act()).rejects.toMatchObject({ status: 403, code: 'fresh_sign_in_needed' })
    const wrong = client.call('session.confirm', { body: { password: 'wrong password' } })
    await expect(wrong).rejects.toMatchObject({ status: 403, code: 'proof_wrong' })
    await expect(
      client.call('tokens.create', { body: { name: 'reads', scopes: ['read'] } }),
    ).resolves.toMatchObject({})
    await client.call('session.confirm', { body: { password: OWNER.password } })

    await expect(client.call('passkeys.begin')).resolves.toMatchObject({ ceremony: expect.any(String) })
    await expect(client.call('device.approve', { params: { userCode } })).resolves.toMatchObject({})
  })

  test('needs a code where the account has a second factor, whoever knows the password', async () => {
    const platform = await startTestControlPlane()
    const { client, recoveryCodes } = await withFactor(platform)
    await ageSessions(platform)

    const byPassword = client.call('session.confirm', { body: { password: OWNER.password } })
    await expect(byPassword).rejects.toMatchObject({ status: 403, code: 'proof_wrong' })
    await expect(client.call('factor.codes')).rejects.toMatchObject({ code: 'fresh_sign_in_needed' })
    await client.call('session.confirm', { body: { recoveryCode: recoveryCodes[0]! } })

    expect((await client.call('factor.codes')).recoveryCodes).toHaveLength(10)
  })
})

test('a passkey signs in where a password would need a code besides', async () => {
  const platform = await startTestControlPlane()
  const { client } = await withFactor(platform)
  const device = new TestAuthenticator({ origin: 'http://localhost:4400' })
  const begun = await client.call('passkeys.begin')
  const response = device.register(begun.options.challenge) as never
  const passkey = await client.call('passkeys.add', {
    body: { ceremony: begun.ceremony, name: 'Laptop', response },
  })
  const { id: userId } = await client.call('account.get')

  const { ceremony, options } = await clientOf(platform).call('session.passkey-begin', { body: {} })
  const answer = device.authenticate(options.challenge, userId) as never
  const session = await clientOf(platform).call('session.passkey', { body: { ceremony, response: answer } })

  const signedIn = clientOf(platform, session.token)
  expect(await signedIn.call('passkeys.list')).toEqual([passkey])
  expect(passkey).toMatchObject({ name: 'Laptop', synced: false })
  await client.call('passkeys.remove', { params: { id: passkey.id } })
  expect(await signedIn.call('passkeys.list')).toEqual([])
})

function clientOf({ url }: TestControlPlane, token?: string) {
  const client = createClient(token === undefined ? { baseUrl: url } : { baseUrl: url, token })
  onTestFinished(() => client.close())
  return client
}

async function withFactor(platform: TestControlPlane) {
  const { client } = await signInOwner(platform)
  const { uri } = await client.call('factor.start', { body: { password: OWNER.password } })
  const { recoveryCodes } = await client.call('factor.confirm', { body: { code: await codeOf(uri) } })
  return { client, recoveryCodes, secret: secretOf(uri) }
}

function tokenOfMail({ mails }: TestControlPlane): string | undefined {
  return mails.sent.some(({ kind }) => kind === 'sign-in-link') ? mails.tokenOf('sign-in-link') : undefined
}

async function pendingTokenOf(platform: TestControlPlane): Promise<string> {
  const error = await clientOf(platform)
    .call('session.create', { body: CREDENTIALS })
    .catch(caught => caught)
  return error.problem.pendingToken
}

function codeOf(uri: string): Promise<string> {
  return codeAt(secretOf(uri), Date.now())
}

/** The bytes behind the base 32 of an authenticator app. */
function secretOf(uri: string): string {
  const letters = [...new URL(uri).searchParams.get('secret')!]
  const bits = letters.map(char =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char).toString(2).padStart(5, '0'),
  )
  return String.fromCharCode(
    ...bits
      .join('')
      .match(/.{8}/g)!
      .map(byte => Number.parseInt(byte, 2)),
  )
}

async function sessionsOf({ store }: TestControlPlane): Promise<number> {
  return (await store.db.selectFrom('session').select('id').execute()).length
}

/** As if 16 minutes had passed since everybody signed in. */
async function ageSessions({ store }: TestControlPlane): Promise<void> {
  const createdAt = new Date(Date.now() - 16 * 60_000).toISOString()
  await store.db.updateTable('session').set({ createdAt, confirmedAt: null }).execute()
}
