import { expect, test } from 'vitest'
import { appStateSchema } from './app.ts'
import { appCan, whyAppCannot } from './app-can.ts'
import { deploymentStateSchema } from './deployment.ts'
import { deploymentCan, isDeploymentEnded } from './deployment-can.ts'

test('a deployment can be cancelled only before it switches', () => {
  const cancellable = deploymentStateSchema.options.filter(state => deploymentCan('cancel', { state }))

  expect(cancellable).toEqual(['queued', 'awaiting_approval', 'starting', 'canary'])
})

test('an ended deployment can no longer be cancelled', () => {
  const ended = deploymentStateSchema.options.filter(state => isDeploymentEnded({ state }))

  expect(ended).toEqual(['succeeded', 'failed', 'cancelled'])
  for (const state of ended) expect(deploymentCan('cancel', { state })).toBe(false)
})

test('nothing can be done with an app that is being deleted', () => {
  for (const action of [
    'deploy',
    'rollback',
    'restart',
    'run',
    'scale',
    'update',
    'changeEnv',
    'delete',
  ] as const) {
    expect(appCan(action, { state: 'deleting' })).toBe(false)
  }
})

test('a sleeping app can be deployed to, a suspended one cannot and says so', () => {
  expect(appStateSchema.options.filter(state => appCan('deploy', { state }))).toEqual(['active', 'asleep'])
  expect(whyAppCannot('deploy', { slug: 'shop', state: 'asleep' })).toBeUndefined()
  expect(whyAppCannot('deploy', { slug: 'shop', state: 'suspended' })).toMatch(/shop is suspended/)
})
