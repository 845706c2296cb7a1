import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger as log } from '@seaworthy/kit'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { Apps } from '../apps/apps.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { fixFirstUserId, holdUserRange } from './user-range.ts'

await forEachStore(({ openStore }) => {
  test('a home may change its first user until it has an app, and keeps it then', async () => {
    const store = await openStore()
    const apps = new Apps({ store, trashDays: 7 })
    expect(await fixFirstUserId(store, 200_000)).toBe(200_000)
    expect(await fixFirstUserId(store, 300_000)).toBe(300_000)

    await apps.create({ slug: 'shop' })

    expect(await fixFirstUserId(store, 400_000)).toBe(300_000)
  })

  test('apps of a home from before there was a choice keep their users', async () => {
    const store = await openStore()
    await new Apps({ store, trashDays: 7 }).create({ slug: 'shop' })

    expect(await fixFirstUserId(store, 300_000)).toBe(200_000)
  })

  test('two platforms with the same users are told of, and one that stops with all of its own lets go', async () => {
    const store = await openStore()
    const { hold, folder } = stage()
    const first = await hold('first', { store, wanted: 200_000 })

    const second = await hold('second', { store, wanted: 200_000 })
    const third = await hold('third', { store, wanted: 300_000 })

    expect(first.shortcomings).toEqual([])
    expect(second.shortcomings).toEqual([
      expect.stringMatching(/same users \(200000 to 299999\).*SEAWORTHY_FIRST_USER_ID to 300000/),
    ])
    expect(third.shortcomings).toEqual([])
    for (const held of [first, second, third]) await held.close()
    expect(existsSync(folder)).toBe(false)
  })

  test('a number that comes too late for a home is told of', async () => {
    const store = await openStore()
    const { hold } = stage()

    const held = await hold('first', { store, wanted: 300_000, firstUserId: 200_000 })

    expect(held.shortcomings).toEqual([expect.stringContaining('stay those from 200000 on')])
    await held.close()
  })
})

type Store = Parameters<typeof holdUserRange>[0]['store']

function stage() {
  const root = temporaryFolder().path
  const folder = join(root, 'user-ids')
  const hold = (
    name: string,
    { store, wanted, firstUserId = wanted }: { store: Store; wanted: number; firstUserId?: number },
  ) => {
    const home = join(root, name)
    mkdirSync(home)
    const config = { home, firstUserId: wanted, userRangesFolder: folder }
    const powers = { users: true } as Parameters<typeof holdUserRange>[0]['sandbox']['powers']
    return holdUserRange({ config, firstUserId, sandbox: { powers }, store, log })
  }
  return { folder, hold }
}
