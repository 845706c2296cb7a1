import { expect, test } from 'vitest'
import { addEvents, chooseLines, type DeploymentEvent, noProgress } from './deployment-progress.ts'
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
  expect(chooseLines(progress.lines, { find: 'warning', step: undefined })).toEqual([1])
  expect(chooseLines(progress.lines, { find: '', step: 'install' })).toEqual([0])
  expect(chooseLines(progress.lines, { find: '', step: undefined })).toBeUndefined()
})

test('the end is told once it came', () => {
  const progress = addEvents(noProgress(), [{ type: 'end', at, state: 'failed', error: null }])

  expect(progress).toMatchObject({ ended: true, state: 'failed' })
})

test.each([
  [{ state: 'queued' }, ['running', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting']],
  [{ state: 'awaiting_approval', release: 2 }, ['done', 'done', 'running', 'waiting', 'waiting', 'waiting']],
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
