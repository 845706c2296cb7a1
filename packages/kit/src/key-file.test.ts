import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { loadOrCreateKeyFile, rotateKeyFile } from './key-file.ts'
import { createKeyRing } from './keyring.ts'

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

  const rotated = await rotateKeyFile(path)

  const after = createKeyRing(await loadOrCreateKeyFile(path))
  expect(rotated.keys).toHaveLength(2)
  expect(after.isCurrent(sealed)).toBe(false)
  expect(after.open(sealed, binding)).toBe('hunter2')
  expect(statSync(path).mode & 0o777).toBe(0o600)
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
