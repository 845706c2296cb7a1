import { parseRouteTable, type Route } from '@seaworthy/routes'
import { expect, test } from 'vitest'
import type { AppFacts, InstanceFacts } from './app-facts.ts'
import { soundRoutes } from './sound-routes.ts'
import { planRoutes } from './table-planner.ts'

const settings = { baseDomain: 'localhost', timeouts: { responseMs: 60_000, idleMs: 60_000, wakeMs: 30_000 } }

const instance = (id: string, process: string, changes: Partial<InstanceFacts> = {}): InstanceFacts => ({
  id,
  process,
  state: 'healthy',
  address: { host: '127.0.0.1', port: 20_000 + Number(id.slice(4)) },
  ...changes,
})

const shop: AppFacts = {
  id: 'app_1',
  slug: 'shop',
  teamId: 'team_1',
  state: 'active',
  release: { version: 3, processes: ['web', 'api', 'worker'] },
  traffic: { routes: { '/api': { process: 'api', stripPrefix: true } } },
  instances: [
    instance('ins_1', 'web'),
    instance('ins_2', 'api'),
    instance('ins_3', 'worker', { address: undefined }),
  ],
  stoppedAfterCrashes: false,
}

const docs: AppFacts = {
  ...shop,
  id: 'app_2',
  slug: 'docs',
  release: { version: 7, processes: ['web'] },
  traffic: { headers: { 'X-Docs': '1' } },
  instances: [instance('ins_9', 'web')],
}

const to = (app: string) => ({ routes: { '/docs': { app, stripPrefix: false } } })

function plan(...apps: AppFacts[]): Route[] {
  const routes = planRoutes(apps, settings)
  expect(() => parseRouteTable({ version: 1, routes })).not.toThrow()
  return routes
}

function at(routes: readonly Route[], path: string, host = 'shop.localhost'): Route | undefined {
  return routes.find(route => route.hosts.includes(host) && route.pathPrefix === path)
}

test('a path goes to another process of the app, which sees it without its prefix when told', () => {
  const routes = plan(shop)

  expect(at(routes, '/')?.targets.map(({ id }) => id)).toEqual(['ins_1'])
  expect(at(routes, '/api')).toMatchObject({ appId: 'app_1', process: 'api', mode: 'proxy', release: 'v3' })
  expect(at(routes, '/api')?.targets.map(({ id }) => id)).toEqual(['ins_2'])
  expect(at(routes, '/api')?.stripPrefix).toBe(true)
})

test('a process that the release does not have, or that runs without a port, answers 503 on its path alone', () => {
  const gone = plan({ ...shop, traffic: { routes: { '/x': { process: 'gone', stripPrefix: false } } } })
  const portless = plan({ ...shop, traffic: { routes: { '/x': { process: 'worker', stripPrefix: false } } } })

  expect([at(gone, '/x')?.mode, at(gone, '/')?.mode]).toEqual(['unavailable', 'proxy'])
  expect([at(portless, '/x')?.mode, at(portless, '/')?.mode]).toEqual(['unavailable', 'proxy'])
})

test('a process whose instances sleep is woken by its path', () => {
  const routes = plan({ ...shop, state: 'asleep', instances: [] })

  expect([at(routes, '/api')?.mode, at(routes, '/')?.mode]).toEqual(['wake', 'wake'])
})

test('a path goes to another app of the team: its release answers and is counted, with its headers', () => {
  const routes = plan({ ...shop, traffic: to('docs') }, docs)

  const route = at(routes, '/docs')
  expect(route).toMatchObject({ appId: 'app_2', slug: 'docs', release: 'v7', mode: 'proxy', process: 'web' })
  expect(route?.headers?.set).toEqual([['X-Docs', '1']])
})

test.each([
  ['of another team', { ...docs, teamId: 'team_2' }],
  ['in the trash', { ...docs, state: 'deleting' as const }],
  ['suspended', { ...docs, state: 'suspended' as const }],
  ['that was never live', { ...docs, release: undefined, instances: [] }],
  ['that nobody knows', undefined],
])('a path to an app %s answers 503, and the rest of the app goes on', (_, other) => {
  const routes = plan({ ...shop, traffic: to('docs') }, ...(other ? [other] : []))

  expect(at(routes, '/docs')?.mode).toBe('unavailable')
  expect(at(routes, '/docs')?.targets).toEqual(other?.state === 'suspended' ? [expect.anything()] : [])
  expect(at(routes, '/')?.mode).toBe('proxy')
})

test('claimed hosts have the same paths as the built-in one', () => {
  const routes = plan({ ...shop, domains: [{ host: 'shop.example.com' }] })

  expect(at(routes, '/api', 'shop.example.com')?.targets.map(({ id }) => id)).toEqual(['ins_2'])
})

test('nobody is sent to https where no certificate is', () => {
  const https = { redirect: true, hsts: { maxAgeSeconds: 60, includeSubdomains: false } }
  const domains = [
    { host: 'plain.example' },
    { host: 'safe.example', https: { redirect: false, hstsMaxAgeSeconds: 0 } },
  ]
  const app = { ...shop, traffic: { https }, domains }

  const bare = planRoutes([app], settings)
  const covered = planRoutes([app], settings, [{ hosts: ['*.localhost'], file: '/k.pem' }])

  expect(at(bare, '/')?.https).toBeUndefined()
  expect(at(bare, '/', 'plain.example')?.https).toBeUndefined()
  expect(at(bare, '/', 'safe.example')?.https).toEqual({ redirect: true, hstsMaxAgeSeconds: 60 })
  expect(at(covered, '/')?.https).toEqual({ redirect: true, hstsMaxAgeSeconds: 60 })
})

test('a canary gets its share on every path that its processes answer, and only while one of them can', () => {
  const canary = {
    release: { version: 4, processes: ['web', 'api'] },
    percent: 10,
    header: { name: 'x-canary', value: '' },
    instances: [instance('ins_7', 'web')],
  }

  const routes = plan({ ...shop, canary })
  const without = plan({
    ...shop,
    canary: { ...canary, instances: [instance('ins_7', 'web', { state: 'draining' })] },
  })

  expect(at(routes, '/')?.canary).toEqual({
    release: 'v4',
    mode: 'proxy',
    percent: 10,
    header: { name: 'x-canary', value: '' },
    targets: [{ id: 'ins_7', host: '127.0.0.1', port: 20_007, state: 'healthy' }],
  })
  expect(at(routes, '/')?.targets.map(({ id }) => id)).toEqual(['ins_1'])
  expect(at(routes, '/api')?.canary).toBeUndefined()
  expect(at(without, '/')?.canary).toBeUndefined()
})

test('a canary of a static app is its folder', () => {
  const release = { version: 1, staticRoot: '/a/one', spa: true }
  const canary = { release: { version: 2, staticRoot: '/a/two' }, percent: 50, instances: [] }

  const [route] = plan({ ...shop, traffic: {}, release, instances: [], canary })

  expect(route?.canary).toMatchObject({ mode: 'static', static: { root: '/a/two', spa: false }, percent: 50 })
})

test('an app with a rule that the edge would refuse answers 503 alone, and is named', () => {
  const broken = { ...docs, traffic: { sticky: { cookie: 'a b', maxAgeSeconds: 0 } } }

  const { routes, refused } = soundRoutes(planRoutes([shop, broken], settings))

  expect(() => parseRouteTable({ version: 1, routes })).not.toThrow()
  expect(at(routes, '/', 'docs.localhost')).toMatchObject({ mode: 'unavailable', targets: [] })
  expect(at(routes, '/')?.mode).toBe('proxy')
  expect(refused).toEqual([
    {
      appId: 'app_2',
      pathPrefix: '/',
      reason: expect.stringContaining('sticky.cookie must be a cookie name'),
    },
  ])
})

test('maintenance closes every path of the app, and those of others that lead to it', () => {
  const maintenance = { holdSeconds: 5, message: 'Soon back' }

  const routes = plan({ ...shop, traffic: to('docs') }, { ...docs, maintenance })

  expect(at(routes, '/docs')?.maintenance).toEqual({ holdMs: 5000, message: 'Soon back' })
  expect(at(routes, '/')?.maintenance).toBeUndefined()
})
