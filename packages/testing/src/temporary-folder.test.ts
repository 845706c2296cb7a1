import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

let ofTest = ''
const ofFile = temporaryFolder()

afterAll(() => {
  // Hooks run in reverse order, so that the folder of the file goes after this one.
  expect(existsSync(ofFile.path)).toBe(true)
})

test('lives as long as its test', () => {
  const folder = temporaryFolder({ prefix: 'named-' })
  ofTest = folder.path
  writeFileSync(join(folder.path, 'file'), 'x')

  expect(folder.path).toContain('named-')
  expect(statSync(folder.path).mode & 0o777).toBe(0o755)
})

test('is gone after its test, or at the end of a block', () => {
  let inBlock = ''
  {
    using folder = temporaryFolder()
    inBlock = folder.path
    expect(existsSync(inBlock)).toBe(true)
  }

  expect(ofTest).not.toBe('')
  expect(existsSync(ofTest)).toBe(false)
  expect(existsSync(inBlock)).toBe(false)
})
