/** `npm test [-- VITEST ARGS]`: the unit project; with coverage and its gate unless arguments narrow the run. */
import { runTests } from './test-run/run-tests.ts'

const args = process.argv.slice(2)
process.exitCode = await runTests({ project: 'unit', args, coverage: args.length === 0 })
