import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runStep } from '../run-step.ts'
import { failedTests, filesToRunAgain, renderUnstable } from './second-run.ts'
import { parseMissingParts, renderSummary, type TestReport } from './summary.ts'

export interface RunTestsOptions {
  project: 'unit' | 'e2e'
  /** Passed on to Vitest. */
  args: string[]
  coverage: boolean
  /** Runs the few files that failed once more, each alone, and says which passed then. See decision 9. */
  secondRun?: boolean
}

const root = join(import.meta.dirname, '..', '..')
/** Each test file, and each program that one starts, loads the same packages once more. */
const compileCache = join(root, 'node_modules', '.cache', 'node-compile')

/**
 * Runs a Vitest project. Ends with the tests that were skipped for a missing part of the system, and as last line
 * with `N passed, N failed, N skipped`. Resolves with the exit code.
 */
export async function runTests(options: RunTestsOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'seaworthy-report-'))
  try {
    const { code, report } = await runOnce(options, folder)
    const again = options.secondRun && code !== 0 ? filesToRunAgain(report) : []
    if (again.length === 0) return code
    process.stdout.write('\nRunning again, alone, what failed.\n')
    for (const file of again) {
      const second = await runOnce({ ...options, args: [file], coverage: false }, folder)
      if (second.code !== 0) return second.code
    }
    process.stdout.write(renderUnstable(failedTests(report), root))
    return 0
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function runOnce(
  options: RunTestsOptions,
  folder: string,
): Promise<{ code: number; report: TestReport | null }> {
  const reportFile = join(folder, 'report.json')
  const missingFile = join(folder, 'missing-parts')
  await Promise.all([rm(reportFile, { force: true }), rm(missingFile, { force: true })])
  const code = await runStep(process.execPath, vitestArgs({ ...options, reportFile }), {
    cwd: root,
    env: { NODE_COMPILE_CACHE: compileCache, ...process.env, SEAWORTHY_MISSING_PARTS_FILE: missingFile },
  })
  const report = JSON.parse((await readIfThere(reportFile)) ?? 'null') as TestReport | null
  const missing = parseMissingParts((await readIfThere(missingFile)) ?? '')
  process.stdout.write(renderSummary({ report, missing, root, exitCode: code }))
  return { code, report }
}

function vitestArgs({
  project,
  args,
  coverage,
  reportFile,
}: RunTestsOptions & { reportFile: string }): string[] {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
  const projects = PROJECTS[project].flatMap(name => ['--project', name])
  return [vitest, 'run', ...projects, ...reporters, ...(coverage ? ['--coverage'] : []), ...args]
}

/** What `npm test` and `npm run e2e` run. */
const PROJECTS = { unit: ['unit', 'dashboard'], e2e: ['e2e', 'e2e-alone'] }

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
