/** Holds package-lock.json free of registries and complete. Exit code 1 with every problem. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lintLockfile } from './lint/lockfile-rules.ts'

const lock = JSON.parse(await readFile(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'))
const problems = lintLockfile(lock)
for (const problem of problems) process.stdout.write(`package-lock.json: ${problem}\n`)
process.stdout.write(
  `${Object.keys(lock.packages).length} entries, ${problems.length} problems in the lock file\n`,
)
process.exitCode = problems.length === 0 ? 0 : 1
