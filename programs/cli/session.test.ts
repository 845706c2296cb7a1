import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { httpBackend } from '@seaworthy/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { startPlatform, TestUser } from './test-cli.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const CONTROL_PLANE = fileURLToPath(new URL('../control-plane/main.ts', import.meta.url))

let admin: TestUser
let url: string

beforeAll(async () => {
  ;({ admin, url } = await startPlatform({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  }))
})

const profileOf = (user: TestUser) => join(user.env.HOME!, '.config', 'seaworthy', 'profile.json')

function login(user: TestUser, password = OWNER.password, ...more: string[]) {
  const args = ['login', '--url', url, '--email', OWNER.email, '--password-stdin', ...more]
  return user.with({ stdin: `${password}\n` }, ...args)
}

describe('a user who is not signed in', () => {
  test('is told so with 3, and how to sign in', async () => {
    const { code, stderr } = await new TestUser().seaworthy('apps', '--url', url)

    expect(code).toBe(3)
    expect(stderr).toBe('Sign in first: seaworthy login, or the dashboard.\n')
  })

  test('is refused with a wrong password, and nothing is kept', async () => {
    const user = new TestUser()

    const { code, stderr } = await login(user, 'wrong password')

    expect(code).toBe(3)
    expect(stderr).not.toContain('wrong password')
    expect(existsSync(profileOf(user))).toBe(false)
  })

  test('is asked for a terminal when there is none to ask on', async () => {
    const { code, stderr } = await new TestUser().seaworthy('login', '--url', url, '--email', OWNER.email)

    expect(code).toBe(2)
    expect(stderr).toContain('--password-stdin')
  })
})

describe('a user who signs in', () => {
  test('gets a profile that nobody else may read, and needs no address any more', async () => {
    const user = new TestUser()

    expect(await login(user)).toEqual({
      code: 0,
      stdout: `Signed in to ${url} as ${OWNER.email}.\n`,
      stderr: '',
    })

    expect(statSync(profileOf(user)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(profileOf(user), 'utf8'))).toMatchObject({ url, email: OWNER.email })
    expect((await user.seaworthy('apps')).code).toBe(0)
    expect((await user.seaworthy('whoami')).stdout).toBe(
      `who      ${OWNER.email}\nwhere    ${url}\nprofile  ${profileOf(user)}\n`,
    )
  })

  test('signs out for good: the token is worth nothing afterwards', async () => {
    const user = new TestUser()
    await login(user)
    const { token } = JSON.parse(readFileSync(profileOf(user), 'utf8'))

    expect(await user.seaworthy('logout')).toMatchObject({ code: 0, stdout: 'Signed out.\n' })

    expect(existsSync(profileOf(user))).toBe(false)
    expect((await user.seaworthy('apps', '--url', url, '--token', token)).code).toBe(3)
  })

  test('is not shown the token as JSON either', async () => {
    const { stdout } = await login(new TestUser(), OWNER.password, '--json')

    expect(Object.keys(JSON.parse(stdout)).sort()).toEqual(['email', 'expiresAt', 'url'])
  })

  test('sends the token to the platform that gave it, and to no other', async () => {
    const user = new TestUser()
    await login(user)
    const heard: (string | undefined)[] = []
    const stranger = await httpBackend((request, response) => {
      heard.push(request.headers.authorization)
      response.writeHead(401, { 'content-type': 'application/problem+json' }).end('{"status":401}')
    })

    expect((await user.seaworthy('apps', '--url', stranger.url)).code).toBe(3)
    expect((await user.with({ env: { SEAWORTHY_URL: stranger.url } }, 'whoami')).code).toBe(3)

    expect(heard).toEqual([undefined, undefined])
    expect((await user.seaworthy('apps', '--url', `${url}/`)).code).toBe(0)
  })

  test('may give a token by option, by environment or by a file that it names', async () => {
    const user = new TestUser()
    await login(user)
    const { token } = JSON.parse(readFileSync(profileOf(user), 'utf8'))
    const tokenFile = join(user.cwd, 'token')
    writeFileSync(tokenFile, `${token}\n`)
    const other = new TestUser({ SEAWORTHY_URL: url })

    expect((await other.seaworthy('apps')).code).toBe(3)
    expect((await other.seaworthy('apps', '--token', token)).code).toBe(0)
    expect((await other.with({ env: { SEAWORTHY_TOKEN: token } }, 'apps')).code).toBe(0)
    expect((await other.with({ env: { SEAWORTHY_TOKEN_FILE: tokenFile } }, 'apps')).code).toBe(0)
  })

  test('is told when the profile cannot be read', async () => {
    const user = new TestUser()
    await login(user)
    writeFileSync(profileOf(user), '{')

    const { code, stderr } = await user.seaworthy('apps')

    expect(code).toBe(1)
    expect(stderr).toContain(`Could not read ${profileOf(user)}`)
    expect(stderr).toContain('seaworthy login')
  })
})

test('who may open the socket on the machine administers it without signing in', async () => {
  expect((await admin.seaworthy('whoami')).stdout).toBe(
    'who    the administrator of this machine\nwhere  this machine\n',
  )
  expect(await admin.json('whoami')).toMatchObject({ kind: 'local', url: null })
})

test('a person who signs in on the machine finds its platform, whatever port it has', async () => {
  const user = new TestUser({ SEAWORTHY_HOME: admin.env.SEAWORTHY_HOME! })

  const { code, stdout } = await user.with(
    { stdin: OWNER.password },
    ...['login', '--email', OWNER.email, '--password-stdin'],
  )

  expect(code).toBe(0)
  expect(stdout).toContain(`:${admin.env.SEAWORTHY_PORT} as ${OWNER.email}`)
  expect(await user.json('whoami')).toMatchObject({ email: OWNER.email })
})

test('a second control plane on the same home is refused, and the first one works on', async () => {
  const env = { ...admin.env, SEAWORTHY_PORT: '1', SEAWORTHY_HTTP_PORT: '2' }

  const second = spawnSync(process.execPath, [CONTROL_PLANE], { env, encoding: 'utf8' })

  expect(second.status).toBe(1)
  expect(second.stderr).toMatch(/already works on this home \(pid \d+\)/)
  expect((await admin.seaworthy('status')).code).toBe(0)
})
