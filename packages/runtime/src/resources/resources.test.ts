import { describe, expect, test } from 'vitest'
import { aboveMachine, effectiveResources, resourcesSchema, thisMachine } from './index.ts'

describe('what counts for a process', () => {
  const platform = { memoryMb: 512, processes: 256 }

  test('is what the platform says, where nobody else does', () => {
    const { limits, from } = effectiveResources({ platform, release: {}, app: {} }, 'web')

    expect(limits).toEqual({ memoryMb: 512, processes: 256 })
    expect(from).toEqual({ memoryMb: 'platform', processes: 'platform' })
  })

  test('is said by the app before the release, and by the release before the platform', () => {
    const release = { memoryMb: 300, cpus: 2 }

    const { limits, from } = effectiveResources({ platform, release, app: { cpus: 1 } }, 'web')

    expect(limits).toEqual({ memoryMb: 300, cpus: 1, processes: 256 })
    expect(from).toEqual({ memoryMb: 'release', cpus: 'app', processes: 'platform' })
  })

  test('is said of the process before it is said of all', () => {
    const release = { memoryMb: 300, perProcess: { worker: { memoryMb: 900, recycle: { afterHours: 5 } } } }

    expect(effectiveResources({ platform, release, app: {} }, 'web').limits.memoryMb).toBe(300)
    const worker = effectiveResources({ platform, release, app: {} }, 'worker')
    expect(worker.limits.memoryMb).toBe(900)
    expect(worker.recycle).toEqual({ afterHours: 5 })
    expect(effectiveResources({ platform, release, app: { memoryMb: 100 } }, 'worker').limits.memoryMb).toBe(
      100,
    )
  })

  test('is not taken from what every object has', () => {
    expect(
      effectiveResources({ platform: {}, release: { perProcess: {} }, app: {} }, 'constructor').limits,
    ).toEqual({})
  })
})

test.each([
  ['no memory', { memoryMb: 0 }, ['memoryMb']],
  ['less than no processes', { processes: -1 }, ['processes']],
  ['half a file', { openFiles: 100.5 }, ['openFiles']],
  ['text for a number', { diskMb: '5' }, ['diskMb']],
  ['a name that there is not', { memory: 5 }, []],
  ['no time until it is replaced', { recycle: { afterHours: 0 } }, ['recycle', 'afterHours']],
  ['no memory for one process', { perProcess: { web: { memoryMb: 0 } } }, ['perProcess', 'web', 'memoryMb']],
  ['a process with a blank', { perProcess: { 'a b': {} } }, ['perProcess', 'a b']],
])('%s is refused by the field', (_, resources, path) => {
  const issues = resourcesSchema.safeParse(resources).error?.issues ?? []

  expect(issues.map(issue => issue.path)).toEqual([path])
})

describe('more than the machine has', () => {
  const machine = { memoryMb: 2000, cpus: 2 }

  test('is told by the field, with what there is', () => {
    const problems = aboveMachine({ memoryMb: 2001, perProcess: { worker: { cpus: 3 } } }, machine)

    expect(problems).toEqual([
      { path: ['memoryMb'], message: 'this server has 2000 MB of memory' },
      { path: ['perProcess', 'worker', 'cpus'], message: 'this server has 2 CPUs' },
    ])
  })

  test('is not what the machine just has', () => {
    expect(aboveMachine({ memoryMb: 2000, cpus: 2 }, machine)).toEqual([])
  })

  test('includes memory to be replaced at that is never reached', () => {
    const [problem] = aboveMachine({ memoryMb: 500, recycle: { memoryMb: 500 } }, machine)

    expect(problem?.path).toEqual(['recycle', 'memoryMb'])
  })
})

test('this machine has memory and CPUs', () => {
  expect(thisMachine().memoryMb).toBeGreaterThan(100)
  expect(thisMachine().cpus).toBeGreaterThanOrEqual(1)
})
