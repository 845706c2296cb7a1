import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { brokenLinks } from './check-links.ts'
import { expectedEnvExample } from './env-example.ts'

const declare = (...names: string[]) => {
  const settings = names.map(name => {
    const schema = '{ safeParse: () => ({ success: true }) }'
    return `${name.toLowerCase()}: { name: '${name}', description: 'About ${name}.', default: 1, schema: ${schema} }`
  })
  return `export const settings = { ${settings.join(', ')} }`
}

test('lists the settings of every program, each name once', async () => {
  using folder = temporaryFolder()
  for (const [program, config] of [
    ['api', declare('A', 'B')],
    ['edge', declare('B', 'C')],
    ['web', ''],
  ] as const) {
    mkdirSync(join(folder.path, 'programs', program), { recursive: true })
    if (config) writeFileSync(join(folder.path, 'programs', program, 'config.ts'), config)
  }

  const text = await expectedEnvExample(folder.path)

  expect(text.match(/^# \w+=1$/gm)).toEqual(['# A=1', '# B=1', '# C=1'])
  expect(text.match(/^# ---.*/gm)).toEqual(['# --- api ---', '# --- edge ---'])
})

test('names links to a missing file or heading, with their place', async () => {
  using folder = temporaryFolder()
  writeFileSync(
    join(folder.path, 'a.md'),
    '# Top\n[self](#top) [b](b.md#part) [no](b.md#none) [gone](c.md) [up](/b.md)\n',
  )
  writeFileSync(join(folder.path, 'b.md'), '## Part\n')

  expect(await brokenLinks(folder.path, ['a.md', 'b.md'])).toEqual([
    'a.md:2  links to b.md#none, but b.md has no such heading',
    'a.md:2  links to c.md, but there is no c.md',
  ])
})
