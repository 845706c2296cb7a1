import { beforeAll, describe, expect, test } from 'vitest'
import { startPlatform, TestUser } from './test-cli.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const PASSWORD = 'Quiet-Lantern-7-Harbour'

let ada: TestUser
let url: string

beforeAll(async () => {
  ;({ url } = await startPlatform({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  }))
  ada = await signedIn(OWNER.email, OWNER.password)
})

test('a team is made, people are invited by link, and roles, grants and apps are handed around', async () => {
  expect((await ada.seaworthy('teams', 'create', 'sales', '--name', 'Sales')).code).toBe(0)
  expect((await ada.seaworthy('apps', 'create', 'shop', '--team', 'sales')).code).toBe(0)
  const bob = await invited('sales', 'bob@example.org', 'viewer')

  expect((await ada.seaworthy('teams', 'members', 'sales')).stdout).toMatch(
    /^PERSON +NAME +ROLE +SINCE\nada@example\.org +\S.* owner .*\nbob@example\.org +bob +viewer .*\n$/,
  )
  expect((await bob.seaworthy('teams')).stdout).toMatch(/^TEAM .*\nsales +Sales +viewer +2 +1\n$/)
  expect((await bob.seaworthy('teams', 'show', 'sales')).stdout).toContain('This needs the role')
  expect((await ada.seaworthy('teams', 'role', 'sales', 'bob@example.org', 'developer')).stdout).toBe(
    'bob@example.org is developer of sales now.\n',
  )
  expect((await ada.seaworthy('teams', 'create', 'support')).code).toBe(0)
  const cleo = await invited('support', 'cleo@example.org', 'developer')
  expect(await ada.seaworthy('grants', 'set', 'cleo@example.org', 'viewer', '--app', 'shop')).toMatchObject({
    code: 0,
  })
  expect((await cleo.seaworthy('info', '--app', 'shop')).stdout).toContain('sales (you: viewer)')
  expect((await ada.seaworthy('grants', '--app', 'shop')).stdout).toContain('cleo@example.org')
  expect((await ada.seaworthy('access', '--app', 'shop')).stdout).toMatch(/cleo@example\.org +viewer +grant/)
  expect((await cleo.seaworthy('access')).stdout).toMatch(/App shop of sales: viewer \(grant\)/)
  expect((await ada.seaworthy('apps', 'transfer', 'shop', '--team', 'support')).stdout).toContain(
    'the shared variables of support come with the next release',
  )
  expect((await cleo.seaworthy('info', '--app', 'shop')).stdout).toContain('support (you: developer)')
  expect((await bob.seaworthy('info', '--app', 'shop')).code).toBe(4)
  expect((await ada.seaworthy('teams', 'remove', 'sales', 'bob@example.org')).code).toBe(0)
  expect((await ada.seaworthy('teams', 'delete', 'sales', '--confirm', 'sales')).code).toBe(0)
})

describe('what goes wrong ends with', () => {
  test('2 for what is no such role, or no way to invite', async () => {
    const { code, stderr } = await ada.seaworthy('teams', 'role', 'default', OWNER.email, 'boss')

    expect(code).toBe(2)
    expect(stderr).toBe('"boss" is no role. There are: viewer, developer, admin, owner.\n')
    expect((await ada.seaworthy('teams', 'invite', 'default')).code).toBe(2)
    expect((await ada.seaworthy('teams', 'delete', 'default')).code).toBe(2)
  })

  test('4 for a team that is not there or no business of the asker', async () => {
    const eve = await invited('default', 'eve@example.org', 'viewer')
    await ada.seaworthy('teams', 'create', 'secret')

    const [foreign, missing] = [
      await eve.seaworthy('teams', 'show', 'secret'),
      await eve.seaworthy('teams', 'show', 'nothere'),
    ]

    expect([foreign.code, missing.code]).toEqual([4, 4])
    expect(foreign.stderr.replace('secret', '')).toBe(missing.stderr.replace('nothere', ''))
    expect((await eve.seaworthy('teams', 'accept', 'http://localhost/invitation#token=swi_x')).code).toBe(4)
  })

  test('5 for what the role does not allow, and 1 for what cannot be done as things are', async () => {
    const fay = await invited('default', 'fay@example.org', 'developer')

    expect((await fay.seaworthy('teams', 'invite', 'default', '--link')).code).toBe(5)
    expect((await fay.seaworthy('teams', 'rename', 'default', '--name', 'Mine')).code).toBe(5)
    const lastOwner = await ada.seaworthy('teams', 'leave', 'default')
    expect(lastOwner).toMatchObject({ code: 1, stderr: expect.stringContaining('without an owner') })
    expect((await ada.seaworthy('teams', 'create', 'default')).code).toBe(1)
  })
})

/** By a link, as somebody new, and signed in. */
async function invited(team: string, email: string, role: string): Promise<TestUser> {
  const { url: link } = await ada.json('teams', 'invite', team, '--link', '--role', role)
  const token = new URL(link).hash.slice('#token='.length)
  const answer = await fetch(`${url}/api/v1/invitations/join`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, email, name: email.split('@')[0], password: PASSWORD }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  return signedIn(email, PASSWORD)
}

async function signedIn(email: string, password: string): Promise<TestUser> {
  const user = new TestUser()
  const args = ['login', '--url', url, '--email', email, '--password-stdin']
  const { code, stderr } = await user.with({ stdin: `${password}\n` }, ...args)
  if (code !== 0) throw new Error(stderr)
  return user
}
