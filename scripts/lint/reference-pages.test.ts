import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { endpoints } from '@seaworthy/api'
import { temporaryFolder } from '@seaworthy/testing'
import { describe, expect, test } from 'vitest'
import { apiReference } from './api-reference.ts'
import { cliReference } from './cli-reference.ts'
import { missingManifestFields } from './reference-pages.ts'
import { rolesReference } from './roles-reference.ts'
import { settingsReference } from './settings-reference.ts'

test('the page of the command line shows commands below commands, with arguments, options and defaults', () => {
  const page = cliReference()

  expect(page).toContain('### env set\n\n`seaworthy env set <pairs...> [options]`')
  expect(page).toContain('| `--confirm <slug>` |')
  expect(page).toContain('(default: 500)')
  expect(page).not.toMatch(/^\| `[^|]+` \| +\|$/m) // nothing goes without a description
})

test('the page of the API names every endpoint, what it takes, and what is public', () => {
  const page = apiReference()

  for (const { method, path } of endpoints) expect(page).toContain(`| \`${method} ${path}\` |`)
  expect(page).toContain('| Become the owner with the one-time setup link (public) | `token`')
  expect(page).toContain('or a form: `scheduledAt?`, `canary?`, `archive`')
  expect(page).toContain('a page; query: `search?`')
})

test('the page of roles says of every endpoint what it needs', () => {
  const page = rolesReference()

  for (const { summary } of endpoints) expect(page).toContain(`| ${summary} |`)
  expect(page).toContain('| Stop an app and put it in the trash | admin | manage |')
  expect(page).toContain('| Hand an app to another team | admin, member | admin |')
  expect(page).toContain('| Become the owner with the one-time setup link | nothing |  |')
})

test('the page of settings gives defaults, and keeps a table whole', async () => {
  using folder = temporaryFolder()
  const config = `export const settings = { a: { name: 'A', description: 'One | <two>', default: 7, minimumLength: 10 }, b: { name: 'B', description: 'More' } }`
  mkdirSync(join(folder.path, 'programs', 'api'), { recursive: true })
  writeFileSync(join(folder.path, 'programs', 'api', 'config.ts'), config)

  const page = await settingsReference(folder.path)

  expect(page).toContain('| `A` | `7` | One \\| &lt;two> At least 10 characters. |')
  expect(page).toContain('| `B` | none | More |')
})

describe('the page of the manifest', () => {
  test('must name every field, those inside others and inside lists too', async () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'docs', 'reference'), { recursive: true })
    writeFileSync(join(folder.path, 'docs', 'reference', 'manifest.md'), '`build` `build.command` `cron`')

    const missing = (await missingManifestFields(folder.path)).join('\n')

    for (const field of ['build.output', 'cron.schedule', 'limits', 'static.spa']) {
      expect(missing).toContain(`\`${field}\``)
    }
    expect(missing).not.toMatch(/`build`|`build\.command`|`cron`/)
  })
})
