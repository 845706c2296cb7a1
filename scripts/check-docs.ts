/**
 * What the documents promise must be true: `.env.example` lists every setting, the pages of docs/reference that are
 * made from the code are as the code is, every link leads somewhere.
 * `--write` renews what is made from the code. Long files are named, as a hint only.
 */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brokenLinks } from './lint/check-links.ts'
import { expectedEnvExample } from './lint/env-example.ts'
import { expectedReferencePages, missingManifestFields, type ReferencePage } from './lint/reference-pages.ts'
import { repositoryFiles } from './lint/repository-files.ts'

const MAX_LINES = 400
const root = join(import.meta.dirname, '..')

const made = [
  { file: '.env.example', text: await expectedEnvExample(root) },
  ...(await expectedReferencePages(root)),
]
if (process.argv.includes('--write')) await Promise.all(made.map(renew))
const problems = [
  ...(await Promise.all(made.map(differences))).flat(),
  ...(await missingManifestFields(root)),
  ...(await brokenLinks(root, await repositoryFiles(root, ['.md']))),
]
for (const hint of await longFiles()) process.stdout.write(`hint: ${hint}\n`)
for (const problem of problems) process.stdout.write(`${problem}\n`)
process.stdout.write(`${problems.length} problems in the documents\n`)
process.exitCode = problems.length === 0 ? 0 : 1

async function renew({ file, text }: ReferencePage): Promise<void> {
  await writeFile(join(root, file), text)
}

async function differences({ file, text }: ReferencePage): Promise<string[]> {
  const written = existsSync(join(root, file)) ? await readFile(join(root, file), 'utf8') : ''
  if (written === text) return []
  return [`${file} differs from the code. Renew it: node scripts/run.mjs scripts/check-docs.ts --write`]
}

async function longFiles(): Promise<string[]> {
  const files = await repositoryFiles(root, ['.ts', '.tsx', '.mjs'])
  const counted = await Promise.all(
    files.map(async file => ({ file, lines: (await readFile(join(root, file), 'utf8')).split('\n').length })),
  )
  return counted
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ file, lines }) => `${file} has ${lines} lines: is there a noun missing?`)
}
