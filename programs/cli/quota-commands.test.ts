/** Quotas on a real platform, as the command line tells them. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { smallApp, startPlatform, TestUser } from './test-cli.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }

let admin: TestUser
let ada: TestUser

beforeAll(async () => {
  const platform = await startPlatform({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
    SEAWORTHY_TEAM_QUOTAS: 'apps=2',
  })
  admin = platform.admin
  // A fresh platform shows itself with an app of its own, which would count.
  await admin.seaworthy('apps', 'delete', 'hello', '--confirm', 'hello')
  ada = new TestUser()
  const login = ['login', '--url', platform.url, '--email', OWNER.email, '--password-stdin']
  await ada.with({ stdin: OWNER.password }, ...login)
})

const unlimited = (name: string) => admin.seaworthy('quotas', 'set', 'default', `${name}=none`)

test('are shown with what is used, and set by an administrator', async () => {
  const shown = await admin.seaworthy('quotas', 'default')
  expect(shown.stdout).toMatch(/^QUOTA +USED +LIMIT\napps +0 +2\ninstances +0 +none\n/)

  const set = await admin.seaworthy('quotas', 'set', 'default', 'buildsPerDay=50', 'diskMb=100000')
  expect(set.stdout).toMatch(/buildsPerDay +\d +50 +set\n/)
  const own = await ada.json('quotas')
  expect(own).toMatchObject({ subject: { kind: 'person', name: OWNER.email } })
  const person = await ada.seaworthy('quotas', 'set', OWNER.email, 'apps=7')
  expect(person.stdout).toMatch(/apps +0 +7 +set\n/)
  expect((await ada.seaworthy('quotas', 'set', OWNER.email, 'apps=default')).stdout).toMatch(
    /apps +0 +none\n/,
  )
})

test.each([
  [['quotas', 'nobody'], 4],
  [['quotas', 'nobody@example.org'], 4],
  [['quotas', 'set', 'default', 'apps'], 2],
  [['quotas', 'set', 'default', 'apps=-1'], 2],
  [['quotas', 'set', 'default', 'houses=1'], 2],
])('%j ends with %i and a sentence', async (args, code) => {
  const outcome = await admin.seaworthy(...args)

  expect([outcome.code, outcome.stdout]).toEqual([code, ''])
  expect(outcome.stderr).toMatch(/\w+ .*\w/)
})

test('an app too many is refused with the quota, its limit and what is used', async () => {
  for (const slug of ['one', 'two']) expect((await admin.seaworthy('apps', 'create', slug)).code).toBe(0)

  const refused = await admin.seaworthy('apps', 'create', 'three')

  expect(refused.code).toBe(5)
  expect(refused.stderr).toContain('The quota apps of team default is 2, and 2 are used.')
  expect((await admin.seaworthy('quotas', 'default')).stdout).toMatch(/apps +2 +2 +used up\n/)
  for (const slug of ['one', 'two']) await admin.seaworthy('apps', 'delete', slug, '--confirm', slug)
})

test('what runs is held to its quota: by scale, and by a release that wants more', async () => {
  const folder = smallApp('one')
  const deployed = await admin.seaworthy('deploy', folder, '--app', 'shop')
  expect(deployed.code, deployed.stderr).toBe(0)
  await admin.seaworthy('quotas', 'set', 'default', 'instances=2', 'memoryMb=1024')

  const scaled = await admin.seaworthy('scale', '--app', 'shop', 'web=3')
  expect(scaled.code).toBe(5)
  expect(scaled.stderr).toContain('The quota instances of team default is 2, and 1 is used.')
  writeFileSync(join(folder, 'seaworthy.json'), JSON.stringify({ resources: { memoryMb: 2048 } }))
  const larger = await admin.seaworthy('deploy', folder, '--app', 'shop')
  expect(larger.code).toBe(1)
  expect(larger.stdout + larger.stderr).toContain(
    'The quota memoryMb of team default is 1024, and 512 are used.',
  )
  rmSync(join(folder, 'seaworthy.json'))
  expect((await admin.seaworthy('info', '--app', 'shop')).stdout).toMatch(/release +v1/)
  await unlimited('instances')
  await unlimited('memoryMb')
})

test('builds and deployments are counted by day, and none is begun that may not be', async () => {
  const used = async () =>
    ((await admin.json('quotas', 'default')) as { quotas: { name: string; used: number }[] }).quotas.find(
      ({ name }) => name === 'deploymentsPerDay',
    )!.used
  const before = await used()
  expect(before).toBeGreaterThanOrEqual(2)
  const limit = before + 1
  await admin.seaworthy('quotas', 'set', 'default', `deploymentsPerDay=${limit}`)
  expect((await admin.seaworthy('restart', '--app', 'shop')).code).toBe(0)

  const refused = await admin.seaworthy('env', 'set', '--app', 'shop', 'A=1')

  expect(refused.code).toBe(5)
  expect(refused.stderr).toContain(
    `deploymentsPerDay of team default is ${limit}, and ${limit} are used today.`,
  )
  expect((await admin.seaworthy('env', '--app', 'shop')).stdout).not.toContain('A')
  expect(await used()).toBe(limit)
  await unlimited('deploymentsPerDay')
})

test('who has used up their requests is told so, and can still see their quotas', async () => {
  const mine = (await ada.json('quotas')) as { quotas: { name: string; used: number }[] }
  const { used } = mine.quotas.find(({ name }) => name === 'apiRequestsPerDay')!
  await admin.seaworthy('quotas', 'set', OWNER.email, `apiRequestsPerDay=${used + 1}`)

  expect((await ada.seaworthy('apps')).code).toBe(0)
  const refused = await ada.seaworthy('apps')

  expect(refused.code).toBe(5)
  expect(refused.stderr).toContain(`apiRequestsPerDay of ${OWNER.email} is ${used + 1}`)
  expect((await ada.seaworthy('quotas')).stdout).toMatch(/apiRequestsPerDay +\d+ +\d+ +used up/)
})
