import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runStep } from '../run-step.ts'
import { parseMissingParts, renderSummary, type TestReport } from './summary.ts'

export interface RunTestsOptions {
  project: 'unit' | 'e2e'
  /** Passed on to Vitest. */
  args: string[]
  coverage: boolean
}

const root = join(import.meta.dirname, '..', '..')

/**
 * Runs a Vitest project. Ends with the tests that were skipped for a missing part of the system, and as last line
 * with `N passed, N failed, N skipped`. Resolves with the exit code.
 */
export async function runTests({ project, args, coverage }: RunTestsOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-report-'))
  const reportFile = join(folder, 'report.json')
  const missingFile = join(folder, 'missing-parts')
  try {
    const code = await runStep(process.execPath, vitestArgs({ project, args, coverage, reportFile }), {
      cwd: root,
      env: { ...process.env, SEAWORTHY_MISSING_PARTS_FILE: missingFile },
    })
    const report = JSON.parse((await readIfThere(reportFile)) ?? 'null') as TestReport | null
    const missing = parseMissingParts((await readIfThere(missingFile)) ?? '')
    process.stdout.write(renderSummary({ report, missing, root, exitCode: code }))
    return code
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function vitestArgs({
  project,
  args,
  coverage,
  reportFile,
}: RunTestsOptions & { reportFile: string }): string[] {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  return [vitest, 'run', '--project', project, ...reporters, ...(coverage ? ['--coverage'] : []), ...args]
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
