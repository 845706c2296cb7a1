/**
 * What the documents promise must be true: `.env.example` lists every setting, every link leads somewhere.
 * `--write` renews `.env.example`. Long files are named, as a hint only.
 */
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brokenLinks } from './lint/check-links.ts'
import { expectedEnvExample } from './lint/env-example.ts'
import { repositoryFiles } from './lint/repository-files.ts'

const MAX_LINES = 400
const root = join(import.meta.dirname, '..')
const envFile = join(root, '.env.example')

const envExample = await expectedEnvExample(root)
if (process.argv.includes('--write')) await writeFile(envFile, envExample)
const written = existsSync(envFile) ? await readFile(envFile, 'utf8') : ''
const problems = await brokenLinks(root, await repositoryFiles(root, ['.md']))
if (written !== envExample) {
  problems.push(
    '.env.example differs from the settings. Renew it: node scripts/run.mjs scripts/check-docs.ts --write',
  )
}
for (const hint of await longFiles()) process.stdout.write(`hint: ${hint}\n`)
for (const problem of problems) process.stdout.write(`${problem}\n`)
process.stdout.write(`${problems.length} problems in the documents\n`)
process.exitCode = problems.length === 0 ? 0 : 1

async function longFiles(): Promise<string[]> {
  const files = await repositoryFiles(root, ['.ts', '.tsx', '.mjs'])
  const counted = await Promise.all(
    files.map(async file => ({ file, lines: (await readFile(join(root, file), 'utf8')).split('\n').length })),
  )
  return counted
    .filter(({ lines }) => lines > MAX_LINES)
    .map(({ file, lines }) => `${file} has ${lines} lines: is there a noun missing?`)
}
