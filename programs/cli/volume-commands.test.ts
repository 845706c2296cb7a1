/** Volumes, the trash of volumes and registries, as the command line tells them, on a real platform. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { startPlatform, type TestUser } from './test-cli.ts'

let user: TestUser
let folder: string

beforeAll(async () => {
  const platform = await startPlatform()
  user = platform.admin
  const { id } = (await user.json('apps', 'create', 'shop')) as { id: string }
  folder = join(user.env.SEAWORTHY_HOME!, 'volumes', id)
})

function place(name: string): void {
  mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, name, 'file'), 'x'.repeat(2_000_000))
}

const volumes = (...args: string[]) => user.seaworthy('volumes', ...args, '--app', 'shop')

test('an app without volumes is told how to have some', async () => {
  expect((await volumes()).stdout).toMatch(/^shop has no volumes\. Name them in seaworthy\.json/)
  expect((await volumes('trash')).stdout).toBe('No volume of shop is in the trash.\n')
})

test('a volume is listed, removed, found in the trash and brought back', async () => {
  place('data')
  expect((await volumes()).stdout).toMatch(
    /^VOLUME +PATH +SIZE\ndata +\(not in the current release\) +\S+ MB\n$/,
  )

  const removed = await volumes('remove', 'data')
  expect(removed.stdout).toMatch(/^data of shop is in the trash until \d{4}-\d\d-\d\d\. Bring it back with:/)
  const [trashed] = (await user.json('volumes', 'trash', '--app', 'shop')) as { id: string; name: string }[]
  expect(trashed).toMatchObject({ name: 'data', cause: 'removed' })
  expect((await volumes('trash')).stdout).toContain(trashed!.id)

  expect((await volumes('restore', 'data')).stdout).toBe('data of shop is back, with its data.\n')
  expect((await volumes()).stdout).toContain('data')
})

test('emptying needs to be meant', async () => {
  place('junk')
  await volumes('remove', 'junk')

  const asked = await volumes('empty', 'junk')
  expect([asked.code, asked.stderr]).toEqual([
    2,
    expect.stringMatching(/junk of shop would be gone for good/),
  ])
  expect((await volumes('empty', 'junk', '--yes')).stdout).toBe('Gone for good: junk.\n')
  expect((await volumes('trash')).stdout).toBe('No volume of shop is in the trash.\n')
})

test.each([
  [['remove', 'none'], 4],
  [['restore', 'none'], 2],
  [['empty', 'none', '--yes'], 2],
])('%j of what is not there ends with %i and a sentence', async (args, code) => {
  const outcome = await volumes(...args)

  expect([outcome.code, outcome.stdout]).toEqual([code, ''])
  expect(outcome.stderr).toMatch(/\w+ .*none/)
})

test('registries keep a sign-in without showing it, and forget it', async () => {
  const none = await user.seaworthy('registries')
  expect(none.stdout).toMatch(/^No sign-in is stored\. Add one with/)

  const add = ['registries', 'add', 'registry.example.com', '--username', 'builder', '--password-stdin']
  const added = await user.with({ stdin: 'a-token-nobody-sees\n' }, ...add)
  expect(added.stdout).toBe('Images of registry.example.com are now pulled as builder.\n')
  const listed = await user.seaworthy('registries', '--json')
  expect(JSON.parse(listed.stdout)).toMatchObject([{ host: 'registry.example.com', username: 'builder' }])
  expect(added.stdout + listed.stdout).not.toContain('a-token-nobody-sees')

  const removed = await user.seaworthy('registries', 'remove', 'registry.example.com')
  expect(removed.stdout).toBe('The sign-in for registry.example.com is forgotten.\n')
  expect((await user.seaworthy('registries')).stdout).toMatch(/^No sign-in/)
})

test.each([
  [['registries', 'remove', 'nowhere.example.com'], 4],
  [['registries', 'add', 'not a host', '--username', 'x', '--password-stdin'], 2],
  [['registries', 'add', 'registry.example.com', '--password-stdin'], 2],
])('%j ends with %i and a sentence', async (args, code) => {
  const outcome = await user.with({ stdin: 'secret' }, ...args)

  expect([outcome.code, outcome.stdout]).toEqual([code, ''])
  expect(outcome.stderr).toMatch(/\w+ .*\w/)
})

test('the disk tells what takes it, and a reclaim what would go and what never goes', async () => {
  const disk = await user.seaworthy('disk')
  expect(disk.stdout).toMatch(/forecast +not known yet/)
  expect(disk.stdout).toMatch(/database +- +\S+ MB/)

  const reclaim = await user.seaworthy('disk', 'reclaim')
  expect(reclaim.stdout).toMatch(/Never removed:\nWHAT +WHY\nvolume +the data of apps\n/)
  expect(reclaim.stdout).toMatch(/build-cache +BuildKit knows no owner of it/)
})
