/** `npm test [-- VITEST ARGS]`: the unit project; with coverage and its gate unless arguments narrow the run. */
import { runTests } from './test-run/run-tests.ts'
import { wantsSecondRun } from './test-run/second-run.ts'

const args = process.argv.slice(2)
const coverage = args.length === 0
process.exitCode = await runTests({ project: 'unit', args, coverage, secondRun: wantsSecondRun(process.env) })
