import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createClient } from '@seaworthy/api/client'
import { type SmtpServerUnderTest, smtpServer, waitFor } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { startPlatform, TestUser } from './test-cli.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const PASSWORD = 'Quiet-Harbour-7-Lantern'

let admin: TestUser
let url: string
let mailServer: SmtpServerUnderTest

beforeAll(async () => {
  mailServer = await smtpServer()
  ;({ admin, url } = await startPlatform({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
    SEAWORTHY_SMTP_URL: `smtp://127.0.0.1:${mailServer.port}`,
    SEAWORTHY_MAIL_FROM: 'Seaworthy <mail@example.org>',
  }))
})

/** Somebody who was invited by mail, has followed the link, and is signed in at a terminal of their own. */
async function invitedPerson(email: string): Promise<TestUser> {
  const socketPath = join(admin.env.SEAWORTHY_HOME!, 'run', 'control-plane.sock')
  const [asAdmin, asNobody] = [createClient({ socketPath }), createClient({ baseUrl: url })]
  try {
    const body = { email, role: 'developer' as const }
    await asAdmin.call('invitations.create', { params: { team: 'default' }, body })
    const token = await tokenOfMailTo(email)
    await asNobody.call('invitations.join', {
      body: { token, name: email.split('@')[0]!, password: PASSWORD },
    })
  } finally {
    asAdmin.close()
    asNobody.close()
  }
  const user = new TestUser()
  const args = ['login', '--url', url, '--email', email, '--password-stdin']
  expect(await user.with({ stdin: `${PASSWORD}\n` }, ...args)).toMatchObject({ code: 0 })
  return user
}

/** The mail is quoted-printable: long lines are broken with `=`, and `=` is `=3D`. */
async function tokenOfMailTo(email: string): Promise<string> {
  const { raw } = await waitFor(() => mailServer.mails.find(mail => mail.to.includes(email)), {
    timeoutMs: 20_000,
  })
  return /#token=([\w-]+)/.exec(raw.replace(/=\r\n/g, '').replaceAll('=3D', '='))![1]!
}

function hasMailTo(email: string): boolean {
  return mailServer.mails.some(mail => mail.to.includes(email))
}

describe('mail', () => {
  test('is told in the status, and a test mail reaches its recipient', async () => {
    const sent = await admin.seaworthy('mail', 'test', 'bob@example.org')

    expect(sent).toMatchObject({ code: 0, stdout: expect.stringContaining('has taken the mail') })
    expect(hasMailTo('bob@example.org')).toBe(true)
    expect((await admin.seaworthy('status')).stdout).toContain(`sent by 127.0.0.1:${mailServer.port}`)
  })

  test('that is refused says why', async () => {
    const { code, stderr } = await admin.seaworthy('mail', 'test', 'a@b@c')

    expect(code).toBe(2)
    expect(stderr).toContain('to')
  })
})

describe('people', () => {
  test('are listed, shown, and made administrators and members', async () => {
    await invitedPerson('grace@example.org')

    const { stdout } = await admin.seaworthy('people')
    expect(stdout).toContain('ada@example.org')
    expect(stdout).toContain('default (developer)')
    expect((await admin.json('people', 'show', 'grace@example.org')).platformRole).toBe('member')
    expect((await admin.seaworthy('people', 'make-admin', 'grace@example.org')).stdout).toBe(
      'grace@example.org is administrator now.\n',
    )
    expect(await admin.seaworthy('people', 'make-member', 'grace@example.org')).toMatchObject({ code: 0 })
    const last = await admin.seaworthy('people', 'make-member', 'ada@example.org')
    expect(last).toMatchObject({ code: 1, stderr: expect.stringContaining('without an administrator') })
  })

  test('who are suspended are out at once, and in again once readmitted', async () => {
    const user = await invitedPerson('bob@example.net')
    expect((await user.seaworthy('apps')).code).toBe(0)

    await admin.seaworthy('people', 'suspend', 'bob@example.net')
    expect((await user.seaworthy('apps')).code).toBe(3)
    await admin.seaworthy('people', 'readmit', 'bob@example.net')

    const args = ['login', '--url', url, '--email', 'bob@example.net', '--password-stdin']
    expect((await user.with({ stdin: PASSWORD }, ...args)).code).toBe(0)
  })

  test('are no business of a member', async () => {
    const user = await invitedPerson('eve@example.org')

    expect((await user.seaworthy('people')).code).toBe(5)
    expect((await user.seaworthy('people', 'make-admin', 'eve@example.org')).code).toBe(5)
    expect((await user.seaworthy('mail', 'test', 'eve@example.org')).code).toBe(5)
  })

  test('are deleted only by their exact address', async () => {
    await invitedPerson('dan@example.org')

    expect((await admin.seaworthy('people', 'delete', 'dan@example.org')).code).toBe(2)
    const wrong = await admin.seaworthy('people', 'delete', 'dan@example.org', '--confirm', 'x@example.org')
    expect(wrong.code).toBe(2)
    const done = await admin.json('people', 'delete', 'dan@example.org', '--confirm', 'dan@example.org')

    expect(done).toMatchObject({ state: 'done', requestedBy: 'admin' })
    expect((await admin.seaworthy('people', 'show', 'dan@example.org')).code).toBe(4)
  })
})

describe('own data', () => {
  test('is exported into a file that only its person can read', async () => {
    const user = await invitedPerson('ida@example.org')

    const { code, stdout } = await user.seaworthy('account', 'export', 'me.json')

    const file = join(user.cwd, 'me.json')
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(file) })
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const document = JSON.parse(readFileSync(file, 'utf8'))
    expect(document).toMatchObject({ account: { email: 'ida@example.org' }, teams: [{ team: 'default' }] })
    expect(document.auditEntries.map((entry: { action: string }) => entry.action)).toContain('account:export')
    const text = readFileSync(file, 'utf8')
    expect(text).not.toContain('$argon2')
    expect((await admin.seaworthy('account', 'export')).code).not.toBe(0)
  })

  test('goes with the account, and nothing of it opens a door any more', async () => {
    const user = await invitedPerson('kay@example.org')
    const profile = join(user.env.HOME!, '.config', 'seaworthy', 'profile.json')
    const { token } = JSON.parse(readFileSync(profile, 'utf8'))

    const receipt = await user.json('account', 'delete', '--confirm', 'kay@example.org')

    expect(receipt).toMatchObject({
      state: 'done',
      requestedBy: 'self',
      removed: { sessions: 1, memberships: 1 },
    })
    expect(existsSync(profile)).toBe(false)
    expect((await user.seaworthy('apps', '--url', url, '--token', token)).code).toBe(3)
    await waitFor(() =>
      mailServer.mails.some(mail => mail.raw.includes('was deleted') && mail.to.includes('kay@example.org')),
    )
    expect(timesInDatabase('ida@example.org')).toBeGreaterThan(0)
    expect(timesInDatabase('kay@example.org')).toBe(0)
  })

  test('stays while its person is needed', async () => {
    const user = new TestUser()
    const args = ['login', '--url', url, '--email', OWNER.email, '--password-stdin']
    await user.with({ stdin: OWNER.password }, ...args)

    const { code, stderr } = await user.seaworthy('account', 'delete', '--confirm', OWNER.email)

    expect(code).toBe(1)
    expect(stderr).toContain('last administrator')
    expect(stderr).toContain('team default')
  })

  test('is not deleted by a wrong password or for another address', async () => {
    const user = await invitedPerson('zoe@example.org')
    const remove = (stdin: string, confirm: string) =>
      user.with({ stdin }, 'account', 'delete', '--confirm', confirm, '--password-stdin')

    expect((await remove('wrong password', 'zoe@example.org')).code).toBe(5)
    expect((await remove(PASSWORD, 'ada@example.org')).code).toBe(2)
    expect((await user.seaworthy('account', 'delete')).code).toBe(2)
    expect((await user.seaworthy('apps')).code).toBe(0)
  })
})

function timesInDatabase(text: string): number {
  const file = join(admin.env.SEAWORTHY_HOME!, 'database', 'seaworthy.sqlite')
  const bytes = [file, `${file}-wal`]
    .map(path => (existsSync(path) ? readFileSync(path, 'latin1') : ''))
    .join('')
  return bytes.split(text).length - 1
}
