/** How people come in and go out: the setup link, passwords, devices, second factors, mailed links, sessions. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { waitFor } from '@seaworthy/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { authenticatorCode } from './harness/authenticator.ts'
import { ADA, BOB, http, mailTo, setupToken, signIn, tokenOf, urlOf } from './harness/people.ts'
import { Platform } from './harness/platform.ts'
import { Terminal } from './harness/terminal.ts'

let platform: Platform
let machine: Terminal
let ada: Terminal

beforeAll(async () => {
  platform = await Platform.start()
  machine = Terminal.onMachine(platform)
  ada = Terminal.elsewhere(platform)
})

afterAll(() => platform?.destroy())

const claim = (body: object) => http(platform, 'POST /api/v1/setup', { body })

async function sessionToken(email: string, password: string): Promise<string> {
  const answer = await http(platform, 'POST /api/v1/session', { body: { email, password } })
  expect(answer.status).toBe(201)
  return answer.json.data.token
}

test('without the setup link, nobody gets an account', async () => {
  expect((await http(platform, 'GET /api/v1/setup')).json.data).toEqual({ claimed: false })
  const tries = [
    await claim({ ...ADA, token: 'guessed' }),
    await http(platform, 'POST /api/v1/session', { body: { email: ADA.email, password: ADA.password } }),
    await http(platform, 'POST /api/v1/invitations/join', { body: { ...ADA, token: 'guessed' } }),
    await http(platform, 'POST /api/auth/sign-up/email', { body: ADA }),
  ]

  expect(tries.map(({ status }) => status)).toEqual([403, 401, expect.any(Number), 404])
  expect(tries[2]!.status).toBeGreaterThanOrEqual(400)
  expect(await machine.json('people')).toEqual([])
})

test('the setup link makes the owner, once', async () => {
  const lost = await setupToken(machine)
  const token = await setupToken(machine)

  const replaced = await claim({ ...ADA, token: lost })
  const weak = await claim({ ...ADA, token, password: 'Password1!' })
  const made = await claim({ ...ADA, token })
  const again = await claim({ ...BOB, token })

  expect(replaced).toMatchObject({ status: 403, json: { code: 'setup_token_wrong' } })
  expect(weak.json.errors.map(({ path }: { path: string }) => path)).toContain('password')
  expect(made.status).toBe(201)
  expect(again).toMatchObject({ status: 409, json: { code: 'already_claimed' } })
  expect(await machine.json('people')).toEqual([
    expect.objectContaining({ email: ADA.email, platformRole: 'admin' }),
  ])
})

test('a password from standard input signs the command line in', async () => {
  const login = ['login', '--url', urlOf(platform), '--email', ADA.email, '--password-stdin']

  const signedOut = await ada.run(['apps', '--url', urlOf(platform)])
  const wrong = await ada.run(login, { stdin: 'Wrong-Password-1\n' })
  const nobody = await ada.run(login.with(4, 'nobody@example.org'), { stdin: 'Wrong-Password-1\n' })
  const right = await ada.run(login, { stdin: `${ADA.password}\n` })

  expect(signedOut.code).toBe(3)
  expect(wrong).toMatchObject({ code: 3, stderr: expect.stringContaining('wrong') })
  expect(nobody).toEqual(wrong)
  expect(right.code).toBe(0)
  expect(await ada.good('whoami')).toContain(ADA.email)
  expect(statSync(join(ada.cwd, '.config', 'seaworthy', 'profile.json')).mode & 0o777).toBe(0o600)
})

test('a device code signs a program in once its person approves it, and not when they refuse', async () => {
  const browser = await sessionToken(ADA.email, ADA.password)
  const login = async (terminal: Terminal, decision: 'approve' | 'deny') => {
    const running = terminal.start(['login', '--url', urlOf(platform)])
    const code = await waitFor(() => /code (\S+)/.exec(running.outcome.stderr)?.[1], { timeoutMs: 30_000 })
    const asking = await http(platform, `GET /api/v1/device/codes/${code}`, { token: browser })
    expect(asking.json.data).toMatchObject({ device: expect.stringContaining('Seaworthy command line') })
    await http(platform, `POST /api/v1/device/codes/${code}/${decision}`, { token: browser })
    return running.ended()
  }

  const [laptop, stranger] = [Terminal.elsewhere(platform), Terminal.elsewhere(platform)]
  const [approved, denied] = await Promise.all([login(laptop, 'approve'), login(stranger, 'deny')])

  expect(approved).toMatchObject({ code: 0, stdout: expect.stringContaining(ADA.email) })
  expect(await laptop.good('whoami')).toContain(ADA.email)
  expect(denied.code).not.toBe(0)
  expect((await stranger.run(['apps', '--url', urlOf(platform)])).code).toBe(3)
})

test('sessions are listed, ended one by one and all at once, and an ended one opens nothing', async () => {
  const other = Terminal.elsewhere(platform)
  await signIn(other, platform, ADA)
  const sessions = await ada.json('sessions')
  expect(sessions.length).toBeGreaterThanOrEqual(2)
  expect(sessions.filter(({ current }: { current: boolean }) => current)).toHaveLength(1)
  expect(sessions[0]).toMatchObject({ device: expect.any(String), address: '127.0.0.1' })

  const [here] = (await other.json('sessions')).filter(({ current }: { current: boolean }) => current)
  await ada.good('sessions', 'end', here.id)
  expect((await other.run(['apps'])).code).toBe(3)

  const browser = await sessionToken(ADA.email, ADA.password)
  await http(platform, 'DELETE /api/v1/sessions', { token: browser })

  expect((await http(platform, 'GET /api/v1/session', { token: browser })).status).toBe(401)
  const ended = await ada.run(['apps'])
  expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('login') })
  await signIn(ada, platform, ADA)
  expect(await ada.json('sessions')).toHaveLength(1)
})

test('a new password is judged with reasons, ends other sessions, and is the only one then', async () => {
  const other = Terminal.elsewhere(platform)
  await signIn(other, platform, ADA)
  const change = (password: string) =>
    ada.run(['account', 'password', '--password-stdin'], { stdin: `${ADA.password}\n${password}\n` })

  const refused = await change('password')
  expect(refused.code).not.toBe(0)
  for (const reason of ['at least 10 characters', 'upper-case', 'digit', 'special', 'most common'])
    expect(refused.stderr).toContain(reason)

  ADA.password = 'Narrow-Channel-63-Beacons'
  const first = await ada.run(['account', 'password', '--password-stdin'], {
    stdin: `Wide-Harbour-41-Lanterns\n${ADA.password}\n`,
  })
  expect(first).toMatchObject({ code: 0, stdout: expect.stringContaining('Other sessions ended: 1') })
  expect((await other.run(['apps'])).code).toBe(3)
  expect((await ada.run(['apps'])).code).toBe(0)
})

test('without a mail server, mails are in a file that only the administrator reads, and the status says so', async () => {
  const file = join(platform.home, 'mail.log')

  const invited = await ada.run(['teams', 'invite', 'default', '--email', BOB.email])
  const invitation = await mailTo(platform, BOB.email, /Invitation to the team/)
  const joined = await http(platform, 'POST /api/v1/invitations/join', {
    body: { name: BOB.name, password: BOB.password, token: tokenOf(invitation) },
  })

  expect(invited).toMatchObject({ code: 0, stderr: expect.stringContaining(`the mail is in ${file}`) })
  expect(joined).toMatchObject({ status: 201, json: { data: { role: 'developer', email: BOB.email } } })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(await ada.good('status')).toContain(`written to ${file}`)
  expect(platform.log()).not.toContain(tokenOf(invitation))
})

test('a mailed link signs in once, a reset link chooses a new password once', async () => {
  const asked = await http(platform, 'POST /api/v1/session/link', { body: { email: BOB.email } })
  const unknown = await http(platform, 'POST /api/v1/session/link', { body: { email: 'nobody@example.org' } })
  expect([unknown.status, unknown.json.data]).toEqual([asked.status, asked.json.data])
  const token = tokenOf(await mailTo(platform, BOB.email, /link to sign in/))
  const open = () => http(platform, 'POST /api/v1/session/link/open', { body: { token } })
  const opened = await open()
  expect(
    (await http(platform, 'GET /api/v1/session', { token: opened.json.data.token })).json.data,
  ).toMatchObject({
    email: BOB.email,
  })
  expect((await open()).status).toBeGreaterThanOrEqual(400)

  const link = await machine.good('account', 'reset-link', BOB.email)
  BOB.password = 'Silver-Anchor-29-Currents'
  const reset = () =>
    http(platform, 'POST /api/v1/password/reset', { body: { token: tokenOf(link), password: BOB.password } })
  expect((await reset()).status).toBe(200)
  expect((await reset()).status).toBeGreaterThanOrEqual(400)
  expect((await http(platform, 'GET /api/v1/session', { token: opened.json.data.token })).status).toBe(401)
  await signIn(Terminal.elsewhere(platform), platform, BOB)
})

test('with a second factor the password opens nothing by itself, and a recovery code works once', async () => {
  const token = await sessionToken(BOB.email, BOB.password)
  const setup = await http(platform, 'POST /api/v1/account/second-factor', {
    token,
    body: { password: BOB.password },
  })
  const confirmed = await http(platform, 'POST /api/v1/account/second-factor/confirm', {
    token,
    body: { code: authenticatorCode(setup.json.data.secret) },
  })
  const [recoveryCode] = confirmed.json.data.recoveryCodes
  const bob = Terminal.elsewhere(platform)
  const login = (...more: string[]) =>
    bob.run(['login', '--url', urlOf(platform), '--email', BOB.email, '--password-stdin', ...more], {
      stdin: `${BOB.password}\n`,
    })

  expect(confirmed.json.data.recoveryCodes).toHaveLength(10)
  expect(await login()).toMatchObject({ code: 3, stderr: expect.stringContaining('--code') })
  expect((await login('--code', recoveryCode)).code).toBe(0)
  expect(await bob.good('account', 'factor')).toMatch(/\b9\b/)
  expect((await login('--code', recoveryCode)).code).toBe(3)
  expect(await bob.good('account')).toMatch(/second factor +on/)
})
