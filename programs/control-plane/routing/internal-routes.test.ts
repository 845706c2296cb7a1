import { expect, test } from 'vitest'
import type { AppFacts } from './app-facts.ts'
import { planRoutes } from './table-planner.ts'

const settings = { baseDomain: 'localhost', timeouts: { responseMs: 60_000, idleMs: 60_000, wakeMs: 30_000 } }

function app(slug: string, changes: Partial<AppFacts> = {}): AppFacts {
  return {
    id: `app_${slug}`,
    slug,
    teamId: 'team_1',
    state: 'active',
    release: { version: 1 },
    instances: [],
    stoppedAfterCrashes: false,
    ...changes,
  }
}

function internal(...apps: AppFacts[]) {
  return planRoutes(apps, settings).filter(({ callers }) => callers)
}

test('an app answers by its internal name to those of its team that say they call it', () => {
  const [route, ...others] = internal(
    app('api'),
    app('shop', { traffic: { calls: ['api'] }, userId: 200_002 }),
    app('stranger', { teamId: 'team_2', traffic: { calls: ['api'] }, userId: 200_003 }),
  )

  expect(others).toEqual([])
  expect(route).toMatchObject({
    appId: 'app_api',
    hosts: ['api.internal'],
    callers: [{ appId: 'app_shop', userId: 200_002 }],
  })
})

test('an app that nobody calls has no internal name, and one that is gone is called in vain', () => {
  expect(
    internal(
      app('api'),
      app('shop', { traffic: { calls: ['gone', 'trash'] } }),
      app('trash', { state: 'deleting' }),
    ),
  ).toEqual([])
})

test('rules that tell public clients apart do not hold within the host', () => {
  const traffic = {
    access: { allow: ['192.0.2.0/24'] },
    limits: { requestsPerMinutePerIp: 1, concurrentRequests: 7 },
  }
  const [route] = internal(app('api', { traffic }), app('shop', { traffic: { calls: ['api'] } }))

  expect(route).not.toHaveProperty('access')
  expect(route?.limits).toEqual({ concurrentRequests: 7 })
  expect(route?.callers).toEqual([{ appId: 'app_shop' }])
})
