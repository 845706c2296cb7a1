/** `npm run e2e [-- VITEST ARGS]`: the real platform, end to end. */
import { runTests } from './test-run/run-tests.ts'
import { wantsSecondRun } from './test-run/second-run.ts'

const args = process.argv.slice(2)
process.exitCode = await runTests({
  project: 'e2e',
  args,
  coverage: false,
  secondRun: wantsSecondRun(process.env),
})
