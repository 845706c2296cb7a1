import { expect, test } from 'vitest'
import { failedTests, filesToRunAgain, renderUnstable } from './second-run.ts'
import type { TestReport } from './summary.ts'

test('a few files that failed are run again', () => {
  const report = reportOf({ 'a.test.ts': 'failed', 'b.test.ts': 'passed', 'c.test.ts': 'failed' })

  expect(filesToRunAgain(report)).toEqual(['/repo/a.test.ts', '/repo/c.test.ts'])
})

test('many files that failed are not: the change is wrong', () => {
  const names = ['a', 'b', 'c', 'd'].map(name => [`${name}.test.ts`, 'failed'] as const)

  expect(filesToRunAgain(reportOf(Object.fromEntries(names)))).toEqual([])
})

test('nothing is run again when no test failed, or no report was written', () => {
  expect(filesToRunAgain(reportOf({ 'a.test.ts': 'passed' }))).toEqual([])
  expect(filesToRunAgain(null)).toEqual([])
})

test('what failed once and passed alone is named at the end, a file that did not load by itself', () => {
  const report = reportOf({ 'a.test.ts': 'failed' })
  report.testResults.push({ name: '/repo/broken.test.ts', status: 'failed', assertionResults: [] })

  expect(renderUnstable(failedTests(report), '/repo')).toBe(`
UNSTABLE: failed among the others, passed when run again alone. Find out why and mend it:
  - a.test.ts: does it
  - broken.test.ts
`)
})

function reportOf(files: Record<string, 'passed' | 'failed'>): TestReport {
  const testResults = Object.entries(files).map(([name, status]) => ({
    name: `/repo/${name}`,
    status,
    assertionResults: [{ status, fullName: ' does it' }],
  }))
  return { testResults }
}
