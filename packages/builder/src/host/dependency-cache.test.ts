import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { DependencyCache, type Sharing } from './dependency-cache.ts'

const copy: Sharing = { how: 'copy', giveToApp: async () => {} }
const link: Sharing = { how: 'link', giveToApp: async () => {} }

async function setUp({ maxBytes = 1_000_000 } = {}) {
  const home = temporaryFolder().path
  const directory = join(home, 'cache')
  const cache = new DependencyCache({ directory, maxBytes, hasUsers: false, log: silentLogger })
  const tree = join(home, 'tree')
  await mkdir(join(tree, 'node_modules/ms'), { recursive: true })
  await writeFile(join(tree, 'node_modules/ms/index.js'), 'ms')
  await symlink('index.js', join(tree, 'node_modules/ms/bin'))
  const restored = join(home, 'restored')
  await mkdir(restored)
  const kept = (key: string) => join(directory, 'dependencies/app', key)
  return {
    cache,
    home,
    directory,
    tree,
    restored,
    kept,
    places: { tree: restored, staging: join(home, 'staging') },
  }
}

test('gives back what was stored, to its own app and key only', async () => {
  const { cache, tree, restored, places } = await setUp()
  await cache.store('app', 'key', tree, ['node_modules'], copy)

  expect(await cache.restore('app', 'other', places, copy)).toBe(false)
  expect(await cache.restore('other', 'key', places, copy)).toBe(false)
  expect(await cache.restore('app', 'key', places, copy)).toBe(true)

  expect(await readFile(join(restored, 'node_modules/ms/bin'), 'utf8')).toBe('ms')
  expect(await readFile(join(restored, 'node_modules/ms/index.js'), 'utf8')).toBe('ms')
})

test('a copy may be written to; the entry stays as it was', async () => {
  const { cache, tree, restored, places } = await setUp()
  await cache.store('app', 'key', tree, ['node_modules'], copy)
  await appendFile(join(tree, 'node_modules/ms/index.js'), ' spoilt')
  await cache.restore('app', 'key', places, copy)
  await appendFile(join(restored, 'node_modules/ms/index.js'), ' spoilt')

  await cache.restore('app', 'key', places, copy)

  expect(await readFile(join(restored, 'node_modules/ms/index.js'), 'utf8')).toBe('ms')
})

test('a link takes no room', async () => {
  const { cache, tree, restored, places, kept } = await setUp()
  await cache.store('app', 'key', tree, ['node_modules'], link)

  await cache.restore('app', 'key', places, link)

  const { ino } = await stat(join(restored, 'node_modules/ms/index.js'))
  expect(ino).toBe((await stat(join(kept('key'), '0/ms/index.js'))).ino)
})

test.each([
  ['a file is missing', (entry: string) => rm(join(entry, '0/ms/index.js'))],
  ['a file is cut short', (entry: string) => writeFile(join(entry, '0/ms/index.js'), '')],
  ['a file was added', (entry: string) => writeFile(join(entry, '0/more.js'), '')],
  ['its description is damaged', (entry: string) => writeFile(join(entry, 'entry.json'), '{"fold')],
  ['a folder is missing', (entry: string) => rm(join(entry, '0'), { recursive: true })],
])('an entry is not used when %s, and can be stored again', async (_, damage) => {
  const { cache, tree, restored, places, kept } = await setUp()
  await cache.store('app', 'key', tree, ['node_modules'], copy)
  await damage(kept('key'))

  expect(await cache.restore('app', 'key', places, copy)).toBe(false)
  expect(existsSync(join(restored, 'node_modules'))).toBe(false)

  await cache.store('app', 'key', tree, ['node_modules'], copy)
  expect(await cache.restore('app', 'key', places, copy)).toBe(true)
})

test('what was used least recently goes first when there is too much', async () => {
  const { cache, tree, kept, places } = await setUp({ maxBytes: 2_500 })
  await writeFile(join(tree, 'node_modules/ms/large.js'), 'x'.repeat(1_000))
  for (const key of ['a', 'b', 'c']) await cache.store('app', key, tree, ['node_modules'], copy)
  const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000)
  await utimes(kept('a'), hoursAgo(3), hoursAgo(3))
  await utimes(kept('b'), hoursAgo(2), hoursAgo(2))
  await utimes(kept('c'), hoursAgo(1), hoursAgo(1))
  await cache.restore('app', 'a', places, copy)

  await cache.trim()

  expect(['a', 'b', 'c'].map(key => existsSync(kept(key)))).toEqual([true, false, true])
})

test('does not write through a link that stands where a folder of the tree was', async () => {
  const { cache, home, tree, restored, places } = await setUp()
  await mkdir(join(tree, 'packages/web/node_modules'), { recursive: true })
  await cache.store('app', 'key', tree, ['packages/web/node_modules'], copy)
  const outside = join(home, 'outside')
  await mkdir(join(outside, 'web'), { recursive: true })
  await symlink(outside, join(restored, 'packages'))

  expect(await cache.restore('app', 'key', places, copy)).toBe(false)
  expect(existsSync(join(outside, 'web/node_modules'))).toBe(false)
})

test('downloads are lent and given back; a deleted app leaves nothing', async () => {
  const { cache, home, directory, tree } = await setUp()
  const lent = join(home, 'lent')
  await cache.takeDownloads('app', lent)
  await writeFile(join(lent, 'tarball'), 'x')
  await cache.giveBackDownloads('app', lent)
  await cache.takeDownloads('app', lent)
  expect(existsSync(join(lent, 'tarball'))).toBe(true)
  await cache.giveBackDownloads('app', lent)
  await cache.store('app', 'key', tree, ['node_modules'], copy)

  await cache.forgetApp('app')

  expect(existsSync(join(directory, 'downloads/app'))).toBe(false)
  expect(existsSync(join(directory, 'dependencies/app'))).toBe(false)
})
