import { expect, test } from 'vitest'
import { printRate, strainOf, waitedShare } from './strain.ts'

const CALM = {
  diskBytes: 0,
  openFiles: 20,
  refusedProcesses: 0,
  memoryKills: 0,
  throttledMs: 500,
  uncollected: 0,
}
const LIMITS = { processes: 256, openFiles: 100, cpus: 0.5 }

test('an instance that stays within its limits is under none', () => {
  expect(strainOf(CALM, LIMITS)).toEqual([])
  expect(strainOf({ ...CALM, openFiles: 9_000, throttledMs: 1e9 }, {})).toEqual([])
})

test.each([
  [{ refusedProcesses: 3 }, 'processes', 'wants more than its 256 processes and threads'],
  [{ refusedProcesses: 3, uncollected: 25 }, 'processes', 'wants more than its 256 processes and threads'],
  [
    { refusedProcesses: 3, uncollected: 70 },
    'uncollected',
    'has 70 processes that ended and that it never collected (wait(2)); with 256 processes',
  ],
  [{ openFiles: 95 }, 'openFiles', 'has 95 files open and may have 100'],
  [{ throttledMs: 61_000 }, 'cpus', 'had to wait for 61 s'],
  [{ throttledMs: 9_000, waitedShare: 0.9 }, 'cpus', 'had to wait for 9 s'],
  [{ diskBytes: 64e6, maxDiskBytes: 67_108_864 }, 'disk', 'temporary files of 62 MB and may have 64 MB'],
  [{ printedBytesPerSecond: 40 * 1_048_576 }, 'output', 'prints 40 MB a second'],
])('%j is told as a matter of %s', (findings, kind, text) => {
  const strains = strainOf({ ...CALM, ...findings }, LIMITS)

  expect(strains).toEqual([{ kind, detail: expect.stringContaining(text) }])
})

test('how fast an instance prints is told between two looks', () => {
  const MB = 1_048_576

  expect(printRate(undefined, { at: 0, bytes: 500 * MB })).toBe(0)
  expect(printRate({ at: 0, bytes: MB }, { at: 5_000, bytes: 51 * MB })).toBe(10 * MB)
  expect(printRate({ at: 0, bytes: 0 }, { at: 1, bytes: MB })).toBe(2 * MB) // looks that came at once
  expect(printRate({ at: 0, bytes: MB }, { at: 5_000, bytes: 0 })).toBe(0) // the app emptied its output
})

test('the share of time that an instance waits is told of ten seconds at least', () => {
  expect(waitedShare(undefined, { at: 10_000, ms: 9_000 })).toBe(0)
  expect(waitedShare({ at: 0, ms: 0 }, { at: 5_000, ms: 5_000 })).toBe(0) // it starts
  expect(waitedShare({ at: 0, ms: 1_000 }, { at: 10_000, ms: 9_000 })).toBe(0.8)
})
