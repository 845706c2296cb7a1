import { expect, test } from 'vitest'
import { addEvents, type DeploymentEvent, failingLine, findLines, noProgress } from './deployment-progress.ts'
import { phasesOf } from './phases.ts'

const at = '2026-01-01T00:00:00.000Z'

test('steps take their outcome, and lines their step', () => {
  const events: DeploymentEvent[] = [
    { type: 'step', at, name: 'install', title: 'Install', state: 'started' },
    { type: 'log', at, stream: 'stdout', text: 'added 3 packages', step: 'install' },
    { type: 'step', at, name: 'install', state: 'succeeded', durationMs: 1200 },
    { type: 'step', at, name: 'build', title: 'Build', state: 'started' },
    { type: 'log', at, stream: 'stderr', text: 'Warning: old', step: 'build' },
  ]

  const progress = addEvents(noProgress(), events)

  expect(progress.steps).toMatchObject([
    { name: 'install', title: 'Install', state: 'succeeded', durationMs: 1200, firstLine: 0 },
    { name: 'build', state: 'started', firstLine: 1 },
  ])
  expect(progress.runs).toEqual([
    { step: 0, firstLine: 0 },
    { step: 1, firstLine: 1 },
  ])
  expect(progress.position).toBe(5)
  expect(findLines(progress.texts, 'warning')).toEqual([1])
  expect(findLines(progress.texts, '')).toEqual([])
})

test('where it failed is the first complaint of the failed step, and else what that said last', () => {
  const failing = (...texts: string[]) =>
    addEvents(noProgress(), [
      { type: 'log', at, stream: 'platform', text: 'error before any step' },
      { type: 'step', at, name: 'build', title: 'Build', state: 'started' },
      ...texts.map(text => ({ type: 'log' as const, at, stream: 'stderr' as const, text, step: 'build' })),
      { type: 'step', at, name: 'build', state: 'failed', durationMs: 5 },
      { type: 'log', at, stream: 'platform', text: 'The build failed.' },
    ])

  expect(failingLine(failing('fine', 'Error: no such module', '  at x.js:1'))).toBe(2)
  expect(failingLine(failing('one', 'two', ''))).toBe(2)
  expect(failingLine(failing())).toBeUndefined()
  expect(failingLine(noProgress())).toBeUndefined()
})

test('the end is told once it came', () => {
  const progress = addEvents(noProgress(), [{ type: 'end', at, state: 'failed', error: null }])

  expect(progress).toMatchObject({ ended: true, state: 'failed' })
})

test.each([
  [{ state: 'queued' }, ['running', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting']],
  [{ state: 'awaiting_approval', release: 2 }, ['done', 'done', 'waiting', 'waiting', 'waiting', 'waiting']],
  [{ state: 'starting' }, ['done', 'running', 'waiting', 'waiting', 'waiting', 'waiting']],
  [{ state: 'starting', release: 2 }, ['done', 'done', 'running', 'waiting', 'waiting', 'waiting']],
  [{ state: 'watching', release: 2 }, ['done', 'done', 'done', 'done', 'running', 'waiting']],
  [{ state: 'succeeded', release: 2 }, ['done', 'done', 'done', 'done', 'done', 'done']],
  [{ state: 'failed' }, ['done', 'failed', 'skipped', 'skipped', 'skipped', 'skipped']],
  [
    { state: 'cancelled', startedAt: null },
    ['skipped', 'skipped', 'skipped', 'skipped', 'skipped', 'skipped'],
  ],
  [
    { state: 'starting', reason: 'rollback', release: 3 },
    ['done', 'skipped', 'running', 'waiting', 'waiting', 'waiting'],
  ],
] as const)('a deployment that is %o shows its phases as %o', (fields, states) => {
  const deployment = {
    reason: 'deploy' as const,
    release: null,
    receipt: null,
    createdAt: at,
    startedAt: at,
    switchedAt: null,
    ...fields,
  }

  expect(phasesOf(deployment, []).map(({ state }) => state)).toEqual(states)
})
