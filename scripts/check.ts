/** `npm run check`: all that must hold before a change lands. Every step runs; the end says which failed. */
import { join } from 'node:path'
import { runStep } from './run-step.ts'

const root = join(import.meta.dirname, '..')
const bin = (name: string, path: string) => join(root, 'node_modules', name, path)

const STEPS: { name: string; args: string[] }[] = [
  { name: 'types', args: [bin('typescript', 'bin/tsc'), '-p', root] },
  {
    name: 'types of the dashboard',
    args: [bin('typescript', 'bin/tsc'), '-p', join(root, 'programs', 'dashboard')],
  },
  {
    name: 'lint and format',
    args: [
      bin('@biomejs/biome', 'bin/biome'),
      'ci',
      '--error-on-warnings',
      ...(process.stdout.isTTY ? [] : ['--colors=off']),
      root,
    ],
  },
  { name: 'house rules', args: [join(import.meta.dirname, 'lint-house.ts')] },
  { name: 'lock file', args: [join(import.meta.dirname, 'lint-lockfile.ts')] },
  { name: 'secrets in git', args: [join(import.meta.dirname, 'secret-scan.ts')] },
  { name: 'documents', args: [join(import.meta.dirname, 'check-docs.ts')] },
  { name: 'tests', args: [join(import.meta.dirname, 'test.ts')] },
]

const failed: string[] = []
for (const { name, args } of STEPS) {
  process.stdout.write(`\n── ${name}\n`)
  const began = performance.now()
  const code = await runStep(process.execPath, args, { cwd: root })
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  process.stdout.write(`── ${name}: ${code === 0 ? 'good' : 'FAILED'} (${seconds} s)\n`)
  if (code !== 0) failed.push(name)
}
process.stdout.write(failed.length === 0 ? '\nAll checks passed.\n' : `\nFailed: ${failed.join(', ')}\n`)
process.exitCode = failed.length === 0 ? 0 : 1
