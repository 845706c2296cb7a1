/** Looks for secrets in what is committed, or will be. Exit code 1 with each place; never with the secret. */
import { execFile } from 'node:child_process'
import { lstat, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findSecrets, isSecretFile } from './lint/secret-patterns.ts'

const MAX_BYTES = 5_000_000

const root = process.argv[2] ?? join(import.meta.dirname, '..')
const files = await trackedFiles(root)
const problems = (await Promise.all(files.map(scanFile))).flat()
for (const { place, kind } of problems)
  process.stdout.write(
    `${place}  looks like ${kind}. Take it out, and make a new one: it may be known by now.\n`,
  )
process.stdout.write(`${files.length} files, ${problems.length} secrets\n`)
process.exitCode = problems.length === 0 ? 0 : 1

/** What git has, and what it would add: a secret is best found before it is committed. */
async function trackedFiles(directory: string): Promise<string[]> {
  // A checkout may belong to somebody else, as it does in CI; nothing of its settings is run here.
  const args = ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
  const { stdout } = await promisify(execFile)('git', args, { cwd: directory, maxBuffer: 64 * 1024 * 1024 })
  return [...new Set(stdout.split('\0').filter(path => path !== ''))]
}

async function scanFile(path: string): Promise<{ place: string; kind: string }[]> {
  const facts = await lstat(join(root, path)).catch(() => undefined)
  if (!facts?.isFile() || facts.size > MAX_BYTES) return []
  const byName = isSecretFile(path) ? [{ place: path, kind: 'a file of secrets' }] : []
  const bytes = await readFile(join(root, path))
  // A binary file is no text in which a line could be named.
  if (bytes.includes(0)) return byName
  const byText = findSecrets(bytes.toString('utf8')).map(({ line, kind }) => ({
    place: `${path}:${line}`,
    kind,
  }))
  return [...byName, ...byText]
}
