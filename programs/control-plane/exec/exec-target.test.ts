import { expect, test } from 'vitest'
import { type Candidate, chooseTarget } from './exec-target.ts'

const one = (id: string, changes: Partial<Candidate> = {}): Candidate => ({
  ...{ id, process: 'web', state: 'healthy', stopping: false },
  ...changes,
})

test.each([
  ['web before other processes', [one('worker', { process: 'worker' }), one('web')], {}, 'web'],
  ['a healthy one before others', [one('begun', { state: 'starting' }), one('well')], {}, 'well'],
  ['an unhealthy one rather than none', [one('ill', { state: 'unhealthy' })], {}, 'ill'],
  ['the process that is named', [one('web'), one('mail', { process: 'mail' })], { process: 'mail' }, 'mail'],
  ['the instance that is named', [one('first'), one('second')], { instance: 'second' }, 'second'],
  ['none that is being stopped', [one('going', { stopping: true })], {}, undefined],
  ['none that has ended', [one('gone', { state: 'crashed' })], {}, undefined],
  ['none where the named one is not there', [one('web')], { instance: 'other' }, undefined],
])('chooses %s', (_, candidates, wanted, chosen) => {
  expect(chooseTarget(candidates, wanted)?.id).toBe(chosen)
})
