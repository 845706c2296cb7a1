import { expect, test } from 'vitest'
import { parseMissingParts, renderSummary, type TestReport } from './summary.ts'

const report: TestReport = {
  testResults: [
    {
      name: '/repo/packages/a/src/a.test.ts',
      status: 'passed',
      assertionResults: [
        { status: 'passed', fullName: 'adds' },
        { status: 'skipped', fullName: ' runs in an engine' },
        { status: 'todo', fullName: 'later' },
      ],
    },
    {
      name: '/repo/b.test.ts',
      status: 'failed',
      assertionResults: [{ status: 'failed', fullName: 'divides' }],
    },
    { name: '/repo/does-not-load.test.ts', status: 'failed', assertionResults: [] },
  ],
}

test('ends with one plain line of counts; a file that does not load counts as a failure', () => {
  const summary = renderSummary({ report, missing: [], root: '/repo', exitCode: 1 })

  expect(summary).toBe('1 passed, 2 failed, 2 skipped\n')
})

test('names the tests that were skipped for a missing part, with the command that brings it', () => {
  const missing = parseMissingParts(
    '{"part":"docker","install":"apt-get install -y docker.io","testFile":"/repo/packages/a/src/a.test.ts"}\n',
  )

  expect(renderSummary({ report, missing, root: '/repo', exitCode: 1 })).toBe(`
Skipped, because a part of the system is missing:

  docker: apt-get install -y docker.io
    - packages/a/src/a.test.ts: runs in an engine
    - packages/a/src/a.test.ts: later

1 passed, 2 failed, 2 skipped
`)
})

test('says so when the run failed without a failed test, or without a report', () => {
  const green = { testResults: [report.testResults[0]!] }

  expect(renderSummary({ report: green, missing: [], root: '/repo', exitCode: 1 })).toContain(
    'No test failed, but',
  )
  expect(renderSummary({ report: green, missing: [], root: '/repo', exitCode: 0 })).toBe(
    '1 passed, 0 failed, 2 skipped\n',
  )
  expect(renderSummary({ report: null, missing: [], root: '/repo', exitCode: 1 })).toContain(
    'before it wrote a report',
  )
})
