import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

/** They count dropped requests, fill the machine or kill what runs: nothing else may be at work beside them. */
const ALONE = [
  'e2e/hostile/*.e2e.ts',
  ...['deploy', 'docker', 'failures', 'kill', 'load', 'rollback', 'sleep', 'start'].map(
    name => `e2e/${name}.e2e.ts`,
  ),
]

/** A busy machine takes its time to come to what `expect.poll` waits for. */
const patient = { poll: { timeout: 10_000 } }

const endToEnd = {
  expect: patient,
  globalSetup: ['packages/testing/src/postgres-setup.ts', 'scripts/dashboard/test-setup.ts'],
  include: ['e2e/**/*.e2e.ts'],
  setupFiles: ['packages/testing/src/after-file-setup.ts'],
  testTimeout: 300_000,
  hookTimeout: 300_000,
}

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          globalSetup: ['packages/testing/src/postgres-setup.ts', 'scripts/dashboard/test-setup.ts'],
          include: [
            'packages/**/*.test.ts',
            'programs/**/*.test.ts',
            'scripts/**/*.test.ts',
            'bench/**/*.test.ts',
          ],
          exclude: ['**/node_modules/**', 'programs/dashboard/**'],
          // Their clean-ups run in reverse order: first what a file registered, then the check.
          setupFiles: ['packages/testing/src/leak-check.ts', 'packages/testing/src/after-file-setup.ts'],
          expect: patient,
          testTimeout: 30_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'e2e', ...endToEnd, exclude: ALONE, maxWorkers: 2, sequence: { groupOrder: 1 } } },
      {
        test: { name: 'e2e-alone', ...endToEnd, include: ALONE, maxWorkers: 1, sequence: { groupOrder: 2 } },
      },
      {
        // As in a browser, where the package's own condition says so.
        resolve: {
          alias: { '#transport': join(import.meta.dirname, 'packages/api/src/fetch-transport.ts') },
        },
        test: {
          name: 'dashboard',
          root: 'programs/dashboard',
          include: ['src/**/*.test.{ts,tsx}'],
          environment: 'happy-dom',
          // A page and React for each file took five times as long; the set-up says what the files do not share.
          isolate: false,
          setupFiles: ['src/testing/setup.ts'],
          expect: patient,
          testTimeout: 30_000,
        },
      },
    ],
    pool: 'forks',
    // Most tests wait for processes and sockets, so that two cores have time for a third.
    maxWorkers: 3,
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts', 'programs/**/*.ts'],
      exclude: [
        '**/*.test.ts',
        '**/fixtures/**',
        '**/main.ts',
        'packages/testing/**',
        '**/*.conformance.ts',
        'programs/dashboard/**',
      ],
      reporter: ['text-summary', 'json-summary'],
      thresholds: { lines: 80 },
    },
  },
})
