import { expect, test } from 'vitest'
import { strainOf } from './strain.ts'

const CALM = { diskBytes: 0, openFiles: 20, refusedProcesses: 0, memoryKills: 0, throttledMs: 500 }
const LIMITS = { processes: 256, openFiles: 100, cpus: 0.5 }

test('an instance that stays within its limits is under none', () => {
  expect(strainOf(CALM, LIMITS)).toEqual([])
  expect(strainOf({ ...CALM, openFiles: 9_000, throttledMs: 1e9 }, {})).toEqual([])
})

test.each([
  [{ refusedProcesses: 3 }, 'processes', 'wants more than its 256 processes and threads'],
  [{ openFiles: 95 }, 'openFiles', 'has 95 files open and may have 100'],
  [{ throttledMs: 61_000 }, 'cpus', 'had to wait for 61 s'],
])('%j is told as a matter of %s', (findings, kind, text) => {
  const strains = strainOf({ ...CALM, ...findings }, LIMITS)

  expect(strains).toEqual([{ kind, detail: expect.stringContaining(text) }])
})
