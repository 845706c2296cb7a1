/** Signing in and staying signed in: tokens that change, second factors, approval in the browser. */
import { createHmac } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { createClient } from '@seaworthy/api/client'
import { waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { run } from './app.ts'
import type { Profile } from './profile.ts'
import { CapturedStream, startPlatform, TestUser } from './test-cli.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }

let admin: TestUser
let url: string

beforeAll(async () => {
  ;({ admin, url } = await startPlatform({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  }))
})

describe('a user who signed in', () => {
  test('has an access token and a refresh token, and the refresh token is used before the other expires', async () => {
    const user = await signedIn()
    const before = profileOf(user)
    expect(before).toMatchObject({
      token: expect.stringMatching(/^swa_/),
      refreshToken: expect.stringMatching(/^swr_/),
    })
    keep(user, { ...before, expiresAt: new Date(Date.now() + 30_000).toISOString() })

    expect((await user.seaworthy('apps')).code).toBe(0)

    const after = profileOf(user)
    expect(after).toMatchObject({ url, email: OWNER.email })
    expect(after.token).not.toBe(before.token)
    expect(after.refreshToken).not.toBe(before.refreshToken)
    expect((await user.seaworthy('apps')).code).toBe(0)
    expect(profileOf(user)).toEqual(after)
  })

  test('does not notice that the access token was refused', async () => {
    const user = await signedIn()
    const before = profileOf(user)
    keep(user, { ...before, token: `${before.token.slice(0, -1)}_` })

    expect((await user.seaworthy('apps')).code).toBe(0)

    expect(profileOf(user).refreshToken).not.toBe(before.refreshToken)
  })

  test('may run many commands at once, which share what one of them renewed', async () => {
    const user = await signedIn()
    keep(user, { ...profileOf(user), expiresAt: new Date(0).toISOString() })

    const outcomes = await Promise.all(Array.from({ length: 6 }, () => user.seaworthy('whoami')))
    keep(user, { ...profileOf(user), expiresAt: new Date(0).toISOString() })
    const later = await user.seaworthy('whoami')

    expect(outcomes.map(({ code }) => code)).toEqual(Array(6).fill(0))
    expect(later.code).toBe(0)
  })

  test('is told to sign in again once the session was ended', async () => {
    const user = await signedIn()
    const client = createClient({ baseUrl: url, token: profileOf(user).token })
    onTestFinished(() => client.close())
    await client.call('session.delete')

    const { code, stderr } = await user.seaworthy('apps')

    expect(code).toBe(3)
    expect(stderr).toContain('seaworthy login')
  })

  test('signs out at the platform too: neither token is worth anything afterwards', async () => {
    const user = await signedIn()
    const { token, refreshToken } = profileOf(user)

    expect((await user.seaworthy('logout')).code).toBe(0)

    expect((await user.seaworthy('apps', '--url', url, '--token', token)).code).toBe(3)
    const client = createClient({ baseUrl: url })
    onTestFinished(() => client.close())
    const refresh = client.call('session.refresh', { body: { refreshToken: refreshToken! } })
    await expect(refresh).rejects.toMatchObject({ status: 401 })
  })
})

test('a sign-in in the browser needs no terminal and no password here', async () => {
  const user = new TestUser()
  const [stdout, stderr] = [new CapturedStream(), new CapturedStream()]
  const stdin = Readable.from(['']) as unknown as NodeJS.ReadStream
  const streams = { stdin, stdout: stdout.asTerminal(), stderr: stderr.asTerminal() }
  const ended = run(['login', '--url', url], { ...streams, env: user.env, cwd: user.cwd })
  const userCode = await waitFor(() => /enter the code (\S+)/.exec(stderr.text)?.[1])

  const browser = createClient({ baseUrl: url })
  onTestFinished(() => browser.close())
  const { token } = await browser.call('session.create', { body: OWNER })
  const person = createClient({ baseUrl: url, token })
  onTestFinished(() => person.close())
  const asking = await person.call('device.get', { params: { userCode } })
  await person.call('device.approve', { params: { userCode } })

  expect(asking.device).toContain('Seaworthy command line')
  expect(await ended).toBe(0)
  expect(stdout.text).toBe(`Signed in to ${url} as ${OWNER.email}.\n`)
  expect((await user.seaworthy('apps')).code).toBe(0)
})

test('a second factor is asked for, shown, renewed, and taken away by an administrator', async () => {
  const owner = await signedIn()
  const client = createClient({ baseUrl: url, token: profileOf(owner).token })
  onTestFinished(() => client.close())
  const { secret } = await client.call('factor.start', { body: { password: OWNER.password } })
  const { recoveryCodes } = await client.call('factor.confirm', { body: { code: codeOf(secret) } })

  const user = new TestUser()
  const withoutCode = await login(user)
  expect(withoutCode).toMatchObject({ code: 3, stderr: expect.stringContaining('--code CODE') })
  expect(existsSync(fileOf(user))).toBe(false)
  expect((await login(user, '--code', 'wrong')).code).toBe(3)
  expect((await login(user, '--code', recoveryCodes[0]!)).code).toBe(0)
  expect((await user.seaworthy('account', 'factor')).stdout).toBe(
    'second factor        on\nrequired             no\nrecovery codes left  9\n',
  )
  expect((await user.json('account', 'factor', 'codes')).recoveryCodes).toHaveLength(10)
  const wrong = await user.seaworthy('account', 'confirm', '--code', recoveryCodes[1]!)
  expect(wrong).toMatchObject({ code: 5, stderr: expect.stringContaining('a recovery code') })

  const reset = await admin.seaworthy('account', 'factor', 'reset', OWNER.email)

  expect(reset.stdout).toMatch(/^The second factor of ada@example\.org is off\. Sessions ended: \d+\.\n$/)
  expect((await user.seaworthy('apps')).code).toBe(3)
  expect((await login(user)).code).toBe(0)
})

async function signedIn(): Promise<TestUser> {
  const user = new TestUser()
  const { code, stderr } = await login(user)
  if (code !== 0) throw new Error(stderr)
  return user
}

function login(user: TestUser, ...more: string[]) {
  const args = ['login', '--url', url, '--email', OWNER.email, '--password-stdin', ...more]
  return user.with({ stdin: `${OWNER.password}\n` }, ...args)
}

function fileOf(user: TestUser): string {
  return join(user.env.HOME!, '.config', 'seaworthy', 'profile.json')
}

function profileOf(user: TestUser): Profile {
  return JSON.parse(readFileSync(fileOf(user), 'utf8'))
}

function keep(user: TestUser, profile: Profile): void {
  writeFileSync(fileOf(user), JSON.stringify(profile))
}

/** What an authenticator app shows now for a secret in base 32 (RFC 4226, 5.3). */
function codeOf(secret: string): string {
  const bits = [...secret].map(char =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char).toString(2).padStart(5, '0'),
  )
  const key = Buffer.from(
    bits
      .join('')
      .match(/.{8}/g)!
      .map(byte => Number.parseInt(byte, 2)),
  )
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const digest = createHmac('sha1', key).update(step).digest()
  const number = digest.readUInt32BE(digest.at(-1)! & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}
