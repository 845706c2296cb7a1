import { expect, test } from 'vitest'
import { overstaySentence } from './tell-overstays.ts'

test.each([
  [1, 0, 'web did not end within 10 s of SIGTERM, and was killed.'],
  [6, 5, '6 processes of web did not end within 10 s of SIGTERM, and were killed.'],
  [
    0,
    5,
    '5 processes that web had left without a parent were killed when web ended: in Docker only the first process is asked to end.',
  ],
])('%i killed processes and %i orphaned ones', (killedProcesses, orphanedProcesses, sentence) => {
  expect(overstaySentence('web', { graceMs: 10_000, killedProcesses, orphanedProcesses })).toBe(sentence)
})
