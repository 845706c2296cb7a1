import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { fileChanges } from './file-changes.ts'

function tree(files: Record<string, string>, links: Record<string, string> = {}): string {
  const root = temporaryFolder().path
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path))
  return root
}

test('files that came, went and changed are counted, also where their size is the same', async () => {
  const before = tree({ 'a.js': '1', 'lib/b.js': '2', 'gone.js': '3', 'same.js': '4' })
  const after = tree({ 'a.js': 'x', 'lib/b.js': '22', 'lib/new.js': '5', 'same.js': '4' })

  expect(await fileChanges(before, after)).toEqual({ added: 1, changed: 2, removed: 1 })
  expect(await fileChanges(after, after)).toEqual({ added: 0, changed: 0, removed: 0 })
})

test('links are compared by where they lead, and never followed', async () => {
  const before = tree({ 'a.js': '1' }, { link: 'a.js', out: '/etc/passwd' })
  const after = tree({ 'a.js': '1' }, { link: 'b.js', out: '/etc/passwd' })

  expect(await fileChanges(before, after)).toEqual({ added: 0, changed: 1, removed: 0 })
})
