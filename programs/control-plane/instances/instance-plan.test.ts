import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { planInstances } from './instance-plan.ts'

const processes = { web: 'node web.js', worker: 'node worker.js', release: 'node migrate.js' }

test('each process is wanted once unless it is scaled, and the release process never', () => {
  const plan = planInstances({ processes, scale: { web: 2 }, running: [], awake: true })

  expect(plan).toEqual({ start: ['web', 'web', 'worker'], stop: [] })
})

test('what already runs is not started again', () => {
  const running = [
    { id: 'a', process: 'web' },
    { id: 'b', process: 'worker' },
  ]

  expect(planInstances({ processes, scale: {}, running, awake: true })).toEqual({ start: [], stop: [] })
})

test('scaling down stops the youngest', () => {
  const running = ['a', 'b', 'c'].map(id => ({ id, process: 'web' }))

  expect(planInstances({ processes: { web: 'x' }, scale: { web: 1 }, running, awake: true }).stop).toEqual([
    'b',
    'c',
  ])
})

test('an app that sleeps keeps nothing', () => {
  const running = [{ id: 'a', process: 'web' }]

  expect(planInstances({ processes, scale: {}, running, awake: false })).toEqual({ start: [], stop: ['a'] })
})

test('a process that the release no longer has is stopped', () => {
  const running = [{ id: 'a', process: 'clock' }]

  expect(planInstances({ processes: { web: 'x' }, scale: { clock: 3 }, running, awake: true })).toEqual({
    start: ['web'],
    stop: ['a'],
  })
})

test('carrying out a plan leaves nothing to plan', () => {
  const names = fc.constantFrom('web', 'worker')
  fc.assert(
    fc.property(
      fc.dictionary(names, fc.nat(5)),
      fc.array(names, { maxLength: 8 }),
      fc.boolean(),
      (scale, runningProcesses, awake) => {
        const running = runningProcesses.map((process, index) => ({ id: `i${index}`, process }))
        const plan = planInstances({ processes, scale, running, awake })
        const after = [
          ...running.filter(instance => !plan.stop.includes(instance.id)),
          ...plan.start.map((process, index) => ({ id: `n${index}`, process })),
        ]

        expect(planInstances({ processes, scale, running: after, awake })).toEqual({ start: [], stop: [] })
      },
    ),
  )
})
