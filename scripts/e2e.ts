/** `npm run e2e [-- VITEST ARGS]`: the real platform, end to end. */
import { runTests } from './test-run/run-tests.ts'

process.exitCode = await runTests({ project: 'e2e', args: process.argv.slice(2), coverage: false })
