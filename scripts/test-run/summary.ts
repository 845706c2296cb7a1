import { relative } from 'node:path'

/** The part of Vitest's JSON report that is read here. */
export interface TestReport {
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[]
}

export interface MissingPart {
  part: string
  install: string
  testFile?: string
}

export interface SummaryFacts {
  /** Null when Vitest wrote none: it failed before the first test. */
  report: TestReport | null
  missing: MissingPart[]
  root: string
  /** Of Vitest. */
  exitCode: number
}

export function parseMissingParts(text: string): MissingPart[] {
  const lines = text.split('\n').filter(line => line !== '')
  return lines.map(line => JSON.parse(line) as MissingPart)
}

/** The end of a test run: skipped tests by missing part, then one plain line of counts. */
export function renderSummary({ report, missing, root, exitCode }: SummaryFacts): string {
  const counts = countTests(report)
  const blocks = [renderMissing(missing, report, root), explainFailure(report, counts, exitCode)]
  return `${blocks.join('')}${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`
}

interface Counts {
  passed: number
  failed: number
  skipped: number
}

function countTests(report: TestReport | null): Counts {
  const files = report?.testResults ?? []
  const statuses = files.flatMap(file => file.assertionResults.map(({ status }) => status))
  const passed = statuses.filter(status => status === 'passed').length
  const failed = statuses.filter(status => status === 'failed').length
  // A file that does not even load, or whose hooks fail, has no failed test to count.
  const brokenFiles = files.filter(
    file => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  )
  return { passed, failed: failed + brokenFiles.length, skipped: statuses.length - passed - failed }
}

function explainFailure(report: TestReport | null, { failed }: Counts, exitCode: number): string {
  if (report === null) return '\nVitest ended before it wrote a report: see the lines above.\n'
  if (exitCode === 0 || failed > 0) return ''
  return '\nNo test failed, but the run did: see the coverage gate or the unhandled error above.\n'
}

function renderMissing(missing: MissingPart[], report: TestReport | null, root: string): string {
  const parts = Map.groupBy(missing, ({ part }) => part)
  const blocks = [...parts].map(([part, records]) => {
    const files = new Set(records.map(({ testFile }) => testFile).filter(file => file !== undefined))
    const tests = [...files].flatMap(file => skippedTests(file, report, root))
    return `\n  ${part}: ${records[0]!.install}\n${tests.map(test => `    - ${test}\n`).join('')}`
  })
  return blocks.length === 0
    ? ''
    : `\nSkipped, because a part of the system is missing:\n${blocks.join('')}\n`
}

function skippedTests(file: string, report: TestReport | null, root: string): string[] {
  const result = report?.testResults.find(({ name }) => name === file)
  const skipped = result?.assertionResults.filter(({ status }) => status !== 'passed' && status !== 'failed')
  return (skipped ?? []).map(({ fullName }) => `${relative(root, file)}: ${fullName.trim()}`)
}
