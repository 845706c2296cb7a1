/** The rules of our own that no linter knows: layers, pure files, no shell strings. Exit code 1 with every violation. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lintSource } from './lint/house-rules.ts'
import { repositoryFiles } from './lint/repository-files.ts'

const root = join(import.meta.dirname, '..')
const BAD_EXAMPLES = 'scripts/lint/house-rules.test.ts'
const sources = await repositoryFiles(root, ['.ts', '.tsx', '.mjs', '.js'])
const files = sources.filter(file => file !== BAD_EXAMPLES)
const violations = await Promise.all(
  files.map(async file => lintSource(file, await readFile(join(root, file), 'utf8'))),
)
for (const { file, line, reason } of violations.flat()) process.stdout.write(`${file}:${line}  ${reason}\n`)
process.stdout.write(`${files.length} files, ${violations.flat().length} violations of the house rules\n`)
process.exitCode = violations.flat().length === 0 ? 0 : 1
