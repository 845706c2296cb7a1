import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { folderBytes } from './folder-bytes.ts'

const KB = 1024

test('files of all levels count, and what a link leads to does not', async () => {
  const { path } = temporaryFolder()
  mkdirSync(join(path, 'counted', 'deep'), { recursive: true })
  writeFileSync(join(path, 'counted', 'deep', 'file'), Buffer.alloc(300 * KB))
  writeFileSync(join(path, 'outside'), Buffer.alloc(900 * KB))
  symlinkSync(path, join(path, 'counted', 'link'))

  const bytes = await folderBytes(join(path, 'counted'))

  expect(bytes).toBeGreaterThanOrEqual(300 * KB)
  expect(bytes).toBeLessThan(400 * KB)
})

test('a hole in a file takes no space', async () => {
  const { path } = temporaryFolder()
  writeFileSync(join(path, 'file'), '')
  truncateSync(join(path, 'file'), 1024 ** 3)

  expect(await folderBytes(path)).toBeLessThan(64 * KB)
})

test('a folder that is not there takes nothing', async () => {
  expect(await folderBytes('/nonexistent/folder')).toBe(0)
})
