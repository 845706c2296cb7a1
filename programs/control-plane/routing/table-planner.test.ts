import { expect, test } from 'vitest'
import { type AppFacts, planRoutes } from './table-planner.ts'

const settings = { baseDomain: 'localhost', timeouts: { responseMs: 60_000, idleMs: 60_000, wakeMs: 30_000 } }

const shop: AppFacts = {
  id: 'app_1',
  slug: 'shop',
  teamId: 'team_1',
  state: 'active',
  release: { version: 3 },
  instances: [
    { id: 'ins_1', process: 'web', state: 'healthy', address: { host: '127.0.0.1', port: 20_001 } },
  ],
  stoppedAfterCrashes: false,
}

function modeOf(changes: Partial<AppFacts>): string | undefined {
  return planRoutes([{ ...shop, ...changes }], settings)[0]?.mode
}

test('an app answers at its slug under the base domain', () => {
  const [route] = planRoutes([shop], settings)

  expect(route).toMatchObject({ hosts: ['shop.localhost'], release: 'v3', mode: 'proxy', process: 'web' })
  expect(route?.targets).toEqual([{ id: 'ins_1', host: '127.0.0.1', port: 20_001, state: 'healthy' }])
})

test('an app that was never live has no route', () => {
  expect(planRoutes([{ ...shop, release: undefined, instances: [] }], settings)).toEqual([])
})

test('an app without a healthy instance holds its requests', () => {
  expect(modeOf({ instances: [] })).toBe('wake')
  expect(modeOf({ state: 'asleep', instances: [] })).toBe('wake')
  expect(modeOf({ instances: [{ ...shop.instances[0]!, state: 'draining' }] })).toBe('wake')
})

test('an app that was stopped after a crash loop refuses at once', () => {
  expect(modeOf({ instances: [], stoppedAfterCrashes: true })).toBe('unavailable')
})

test('an app that its people stopped refuses at once and says so, whatever it is', () => {
  const files = { version: 1, staticRoot: '/a/dist', spa: true }
  for (const facts of [{ instances: [] }, {}, { release: files, instances: [] }]) {
    const [route] = planRoutes([{ ...shop, ...facts, state: 'stopped' }], settings)

    expect(route).toMatchObject({ mode: 'unavailable', stopped: true })
  }
})

test('a static release is served from its folder', () => {
  const [route] = planRoutes(
    [{ ...shop, instances: [], release: { version: 1, staticRoot: '/a/dist', spa: true } }],
    settings,
  )

  expect(route).toMatchObject({ mode: 'static', static: { root: '/a/dist', spa: true } })
})

test('answers get the headers of the manifest, and the security headers that it does not name', () => {
  const headers = { 'X-Frame-Options': 'DENY', 'X-Team': 'sales' }
  const [route] = planRoutes([{ ...shop, traffic: { headers } }], settings)

  expect(route?.headers?.set).toEqual([
    ['X-Frame-Options', 'DENY'],
    ['X-Team', 'sales'],
  ])
  expect(route?.headers?.defaults.map(([name]) => name)).toEqual([
    'X-Content-Type-Options',
    'Referrer-Policy',
    'Cross-Origin-Opener-Policy',
    'Content-Security-Policy-Report-Only',
  ])
})

test('instances that are not reachable yet or no more are no targets', () => {
  const states = ['starting', 'crashed', 'stopped'] as const

  for (const state of states) {
    const [route] = planRoutes([{ ...shop, instances: [{ ...shop.instances[0]!, state }] }], settings)
    expect(route?.targets).toEqual([])
  }
})

test('an app in the trash has no route', () => {
  expect(planRoutes([{ ...shop, state: 'deleting' }], settings)).toEqual([])
})
