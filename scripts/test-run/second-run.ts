import type { TestReport } from './summary.ts'

/** With more broken files than this something is wrong with the change, not with the moment. */
const MOST_FILES = 3

/**
 * The test files to run once more, alone: those that failed, when they are few. Empty when none failed, when too many
 * did, or when the run failed for another reason than a test.
 */
export function filesToRunAgain(report: TestReport | null): string[] {
  const failed = (report?.testResults ?? []).filter(({ status }) => status === 'failed')
  return failed.length > MOST_FILES ? [] : failed.map(({ name }) => name)
}

/** `file: test` for each test that failed. A file that does not load stands for itself. */
export function failedTests(report: TestReport | null): string[] {
  const failed = (report?.testResults ?? []).filter(({ status }) => status === 'failed')
  return failed.flatMap(({ name, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed')
    return tests.length === 0 ? [name] : tests.map(({ fullName }) => `${name}: ${fullName.trim()}`)
  })
}

/** The last words of a run whose failures did not come again. They are to be mended all the same. */
export function renderUnstable(tests: readonly string[], root: string): string {
  const lines = tests.map(test => `  - ${test.replace(`${root}/`, '')}\n`)
  return `\nUNSTABLE: failed among the others, passed when run again alone. Find out why and mend it:\n${lines.join('')}`
}

export function wantsSecondRun({ SEAWORTHY_TEST_SECOND_RUN }: NodeJS.ProcessEnv): boolean {
  return SEAWORTHY_TEST_SECOND_RUN === '1'
}
