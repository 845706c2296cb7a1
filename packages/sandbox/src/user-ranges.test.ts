import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { claimUserRange } from './user-ranges.ts'

test('two platforms with the same users learn of each other, and what is free', async () => {
  const { folder, homes } = stage()

  const first = await claimUserRange({ folder, home: homes[0], firstUserId: 200_000 })
  const second = await claimUserRange({ folder, home: homes[1], firstUserId: 250_000 })

  expect(first).toMatchObject({ rivals: [], freeFirstId: 300_000 })
  expect(second).toMatchObject({
    rivals: [{ home: homes[0], firstUserId: 200_000 }],
    freeFirstId: 350_000,
  })
})

test('platforms with users of their own do not, and each finds its own entry anew', async () => {
  const { folder, homes } = stage()
  await claimUserRange({ folder, home: homes[0], firstUserId: 200_000 })

  const other = await claimUserRange({ folder, home: homes[1], firstUserId: 300_000 })
  const again = await claimUserRange({ folder, home: homes[0], firstUserId: 200_000 })

  expect([other.rivals, again.rivals]).toEqual([[], []])
  expect(readdirSync(folder)).toHaveLength(2)
})

test('who released its users, or whose home is gone, has none any more', async () => {
  const { folder, homes } = stage()
  const released = await claimUserRange({ folder, home: homes[0], firstUserId: 200_000 })
  await released.release()
  expect(existsSync(folder)).toBe(false)
  await claimUserRange({ folder, home: homes[1], firstUserId: 200_000 })
  rmSync(homes[1], { recursive: true })

  const { rivals, release } = await claimUserRange({ folder, home: homes[0], firstUserId: 200_000 })

  expect(rivals).toEqual([])
  expect(readdirSync(folder)).toHaveLength(1)
  await release()
})

test('of many that start at once no two believe to be alone', async () => {
  const { folder, homes } = stage()

  const claims = await Promise.all(homes.map(home => claimUserRange({ folder, home, firstUserId: 200_000 })))

  expect(claims.filter(({ rivals }) => rivals.length === 0).length).toBeLessThanOrEqual(1)
})

test('what is no entry of a platform is passed over', async () => {
  const { folder, homes } = stage()
  mkdirSync(folder)
  for (const [name, text] of Object.entries({ 'a.json': '{"home":1}', 'b.json': 'x', 'c.txt': '' }))
    writeFileSync(join(folder, name), text)

  expect((await claimUserRange({ folder, home: homes[0], firstUserId: 200_000 })).rivals).toEqual([])
})

function stage(): { folder: string; homes: [string, string, string] } {
  const root = temporaryFolder().path
  const homes = ['a', 'b', 'c'].map(name => join(root, name)) as [string, string, string]
  for (const home of homes) mkdirSync(home)
  return { folder: join(root, 'user-ids'), homes }
}
