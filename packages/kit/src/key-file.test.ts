import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { addToKeyFile, loadKeyFile, loadOrCreateKeyFile, removeFromKeyFile } from './key-file.ts'
import { createKeyRing, createMasterKey } from './keyring.ts'

const binding = { purpose: 'env', context: 'x' }

test('makes the file once, for its owner only, and leaves nothing beside it', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'keys', 'master.key')

  const made = await loadOrCreateKeyFile(path)

  expect(await loadOrCreateKeyFile(path)).toEqual(made)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(folder.path, 'keys'))).toEqual(['master.key'])
})

test('programs that start at the same moment get the same key', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'master.key')

  const all = await Promise.all(Array.from({ length: 20 }, () => loadOrCreateKeyFile(path)))

  expect(new Set(all.map(({ primary }) => primary)).size).toBe(1)
  expect(readdirSync(folder.path)).toEqual(['master.key'])
})

test('rotation puts a new primary on top and keeps the old key', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'master.key')
  const before = createKeyRing(await loadOrCreateKeyFile(path))
  const sealed = before.seal('hunter2', binding)

  const rotated = await addToKeyFile(path)

  const after = createKeyRing(await loadOrCreateKeyFile(path))
  expect(rotated.keys).toHaveLength(2)
  expect(after.isCurrent(sealed)).toBe(false)
  expect(after.open(sealed, binding)).toBe('hunter2')
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a rotation that is done twice adds its key once, and leaves no copy of the keys beside the file', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'master.key')
  await loadOrCreateKeyFile(path)
  const key = createMasterKey()
  // As a process leaves it that is killed while it writes.
  writeFileSync(`${path}.0123456789ab`, `${key.id} ${key.key}\n`, { mode: 0o600 })

  const once = await addToKeyFile(path, key)
  const twice = await addToKeyFile(path, key)

  expect(twice).toEqual(once)
  expect(twice.keys).toHaveLength(2)
  expect(readdirSync(folder.path)).toEqual(['master.key'])
})

test('keys that nothing needs are taken out, the primary never', async () => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'master.key')
  const { primary: old } = await loadOrCreateKeyFile(path)
  const { primary } = await addToKeyFile(path)

  await removeFromKeyFile(path, [old, primary, 'unknown'])

  expect((await loadKeyFile(path))!.keys.map(({ id }) => id)).toEqual([primary])
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a missing file is told as such, and not made', async () => {
  using folder = temporaryFolder()

  expect(await loadKeyFile(join(folder.path, 'master.key'))).toBeUndefined()
  expect(readdirSync(folder.path)).toEqual([])
})

test.each([0o640, 0o604, 0o644])('refuses a file that others may read (mode %o)', async mode => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'master.key')
  await loadOrCreateKeyFile(path)
  chmodSync(path, mode)

  await expect(loadOrCreateKeyFile(path)).rejects.toThrow('chmod 600')
})

test.each([
  ['', 'is empty'],
  ['\n', 'is empty'],
  ['only-an-id\n', 'Line 1'],
])('refuses the content %j', async (content, reason) => {
  using folder = temporaryFolder()
  const path = join(folder.path, 'master.key')
  writeFileSync(path, content, { mode: 0o600 })

  await expect(loadOrCreateKeyFile(path)).rejects.toThrow(reason)
})
