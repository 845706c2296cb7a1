import { describe, expect, test } from 'vitest'
import { withLimits, withoutLimits } from './limit-values.ts'

describe('limits that are set', () => {
  test('are those of every process, or of one, and leave the others', () => {
    const own = { cpus: 1, perProcess: { worker: { cpus: 2 } } }

    expect(withLimits(own, ['memoryMb=768', 'worker.memoryMb=1024', 'web.recycle.afterHours=24'])).toEqual({
      cpus: 1,
      memoryMb: 768,
      perProcess: { worker: { cpus: 2, memoryMb: 1024 }, web: { recycle: { afterHours: 24 } } },
    })
    expect(own).toEqual({ cpus: 1, perProcess: { worker: { cpus: 2 } } })
  })

  test.each(['memoryMb', 'memoryMb=lots', 'memory=5', 'web.memory=5', '=5', 'web.=5'])('are not %s', text => {
    expect(() => withLimits({}, [text])).toThrow(/no limit|not a limit/)
  })

  test('go as they are to the platform, which knows what is possible', () => {
    expect(withLimits({}, ['memoryMb=-1'])).toEqual({ memoryMb: -1 })
  })
})

test('limits that are taken away leave nothing empty behind', () => {
  const own = { memoryMb: 5, perProcess: { web: { recycle: { afterHours: 2 } } } }

  expect(withoutLimits(own, ['web.recycle.afterHours', 'cpus'])).toEqual({ memoryMb: 5 })
})
