import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { startPlatform, TestUser } from './test-cli.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const NEW_PASSWORD = 'Lantern-4-Tidewash'

let admin: TestUser
let url: string

beforeAll(async () => {
  ;({ admin, url } = await startPlatform({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  }))
})

async function signedIn(password = OWNER.password): Promise<TestUser> {
  const user = new TestUser()
  const args = ['login', '--url', url, '--email', OWNER.email, '--password-stdin']
  const { code, stderr } = await user.with({ stdin: `${password}\n` }, ...args)
  if (code !== 0) throw new Error(stderr)
  return user
}

describe('sessions', () => {
  test('are listed with their device, and ended one by one', async () => {
    const [user, other] = [await signedIn(), await signedIn()]
    const all: { id: string; current: boolean }[] = await user.json('sessions')
    const [own, foreign] = [all.find(({ current }) => current)!, all.find(({ current }) => !current)!]
    expect(all).toHaveLength(2)
    expect(own).toMatchObject({ device: 'Seaworthy command line on Linux', address: '127.0.0.1' })

    const ended = await user.seaworthy('sessions', 'end', foreign.id)

    expect(ended).toEqual({ code: 0, stdout: 'Ended 1 session.\n', stderr: '' })
    expect((await other.seaworthy('apps')).code).toBe(3)
    expect((await user.seaworthy('sessions')).stdout).toMatch(/^ID .*\n.*this one\n$/)
    expect((await user.seaworthy('sessions', 'end', foreign.id)).code).toBe(4)
    expect((await user.seaworthy('sessions', 'end')).code).toBe(2)
    await user.seaworthy('logout')
  })

  test('are ended everywhere', async () => {
    const [user, other] = [await signedIn(), await signedIn()]

    expect((await user.seaworthy('sessions', 'end', '--all')).stdout).toBe('Ended 2 sessions.\n')

    expect(existsSync(join(user.env.HOME!, '.config', 'seaworthy', 'profile.json'))).toBe(false)
    expect((await other.seaworthy('apps')).code).toBe(3)
  })

  test('are for people: the machine’s administrator has none', async () => {
    const { code, stderr } = await admin.seaworthy('sessions')

    expect(code).toBe(5)
    expect(stderr).toContain('seaworthy login')
  })
})

describe('an account', () => {
  test('is shown, and its name changed', async () => {
    const user = await signedIn()

    expect((await user.seaworthy('account', 'name', 'Ada King')).stdout).toBe('You are Ada King now.\n')

    expect((await user.seaworthy('account')).stdout).toBe(
      'name           Ada King\ne-mail         ada@example.org\nrole           administrator of the platform\nsecond factor  off\n',
    )
    await user.seaworthy('logout')
  })

  test('changes its password with the present one, and gets another one by the link of the machine', async () => {
    const [user, other] = [await signedIn(), await signedIn()]
    const change = (stdin: string) => user.with({ stdin }, 'account', 'password', '--password-stdin')

    expect(await change(`wrong\n${NEW_PASSWORD}\n`)).toMatchObject({ code: 5 })
    const weak = await change(`${OWNER.password}\nshort\n`)
    expect(weak.code).toBe(2)
    expect(weak.stderr).toContain('newPassword: must have at least 10 characters\n')
    expect(weak.stderr).toContain('newPassword: needs a digit\n')
    expect((await change(`${OWNER.password}\n`)).code).toBe(2)
    expect(await change(`${OWNER.password}\n${NEW_PASSWORD}\n`)).toEqual({
      code: 0,
      stdout: 'Password changed. Other sessions ended: 1.\n',
      stderr: '',
    })
    expect((await other.seaworthy('apps')).code).toBe(3)
    await (await signedIn(NEW_PASSWORD)).seaworthy('logout')

    const refused = await user.seaworthy('account', 'reset-link', OWNER.email)
    const link = await admin.seaworthy('account', 'reset-link', OWNER.email)

    expect(refused.code).toBe(5)
    expect(link.stdout).toMatch(/^Give this link to ada@example\.org; it works once.*\nhttp:\S+#token=\S+\n$/)
    expect((await admin.seaworthy('account', 'reset-link', 'nobody@example.org')).code).toBe(4)
    const login = ['login', '--url', url, '--email', OWNER.email, '--password-stdin']
    await admin.with({ stdin: `${NEW_PASSWORD}\n` }, ...login)
    expect((await admin.seaworthy('account', 'reset-link', OWNER.email)).code).toBe(0)
    await admin.seaworthy('logout')
    await user.seaworthy('logout')
  })
})

test('a weak password in the settings stops the start, with each reason and without the password', async () => {
  const user = new TestUser({
    SEAWORTHY_PORT: '1',
    SEAWORTHY_HTTP_PORT: '2',
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: 'hunter2',
  })

  const { code, stderr } = await user.seaworthy('up', '--detach')

  expect(code).toBe(1)
  expect(stderr).toContain('SEAWORTHY_ADMIN_PASSWORD must have at least 10 characters.')
  expect(stderr).toContain('SEAWORTHY_ADMIN_PASSWORD needs an upper-case letter.')
  expect(stderr).toContain('SEAWORTHY_ADMIN_PASSWORD is on the list of the most common passwords.')
  expect(stderr).not.toContain('hunter2')
})
