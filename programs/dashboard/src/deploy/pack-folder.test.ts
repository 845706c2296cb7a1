import { expect, test } from 'vitest'
import { slugFrom } from './dropped-files.ts'
import { selectFiles } from './pack-folder.ts'

test('what a build does not need stays behind, as the folder itself says', async () => {
  const folder = files({
    'server.js': 'x',
    '.gitignore': '*.log\n/dist\n',
    'npm.log': 'x',
    'dist/old.js': 'x',
    'sub/dist/kept.js': 'x',
    'sub/.gitignore': 'secret',
    'sub/secret': 'x',
    'node_modules/a/index.js': 'x',
    'sub/node_modules/b.js': 'x',
    '.git/HEAD': 'x',
  })

  const { files: chosen, leftOut } = await selectFiles(folder)

  expect(chosen.map(({ path }) => path).sort()).toEqual([
    '.gitignore',
    'server.js',
    'sub/.gitignore',
    'sub/dist/kept.js',
  ])
  expect(leftOut).toBe(6)
})

test.each([
  ['My App (2).tar.gz', 'my-app-2'],
  ['Café', 'cafe'],
  ['---', ''],
  ['x'.repeat(60), 'x'.repeat(40)],
])('the name %s makes the slug %s', (name, slug) => {
  expect(slugFrom(name)).toBe(slug)
})

function files(contents: Record<string, string>) {
  return Object.entries(contents).map(([path, text]) => ({ path, file: new File([text], path) }))
}
