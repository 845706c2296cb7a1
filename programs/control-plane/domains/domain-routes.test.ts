import { parseRouteTable, type Route } from '@seaworthy/routes'
import { expect, test } from 'vitest'
import { planRoutes } from '../routing/table-planner.ts'
import { domainRoutes } from './domain-routes.ts'

const TIMEOUTS = { responseMs: 1, idleMs: 1, wakeMs: 1 }
const HTTPS = { redirect: true, hstsMaxAgeSeconds: 60 }

const appWith = (slug: string, ...hosts: string[]) => ({
  id: `app_${slug}`,
  slug,
  teamId: 'team_1',
  state: 'active' as const,
  release: { version: 1 },
  instances: [],
  domains: hosts.map(host => ({ host })),
  stoppedAfterCrashes: false,
})

const plan = (...apps: ReturnType<typeof appWith>[]) =>
  planRoutes(apps, { baseDomain: 'apps.example', timeouts: TIMEOUTS })

const hostsOf = (routes: readonly Route[], slug: string) =>
  routes.filter(route => route.slug === slug).flatMap(route => route.hosts)

test('a claimed host leads where the built-in one leads', () => {
  const routes = plan(appWith('shop', 'shop.example.com'))

  expect(routes.map(({ hosts, appId, targets }) => ({ hosts, appId, targets }))).toEqual([
    { hosts: ['shop.apps.example'], appId: 'app_shop', targets: [] },
    { hosts: ['shop.example.com'], appId: 'app_shop', targets: [] },
  ])
})

test('the built-in host is never sent to an https for which it has no certificate', () => {
  const [route] = plan(appWith('shop'))

  const [secured] = domainRoutes(route!, [{ host: 'shop.example.com', https: HTTPS }])

  expect(route!.https).toBeUndefined()
  expect(secured!.https).toEqual(HTTPS)
})

test('domains that are treated alike share a route; a redirect has its own', () => {
  const [route] = plan(appWith('shop'))

  const routes = domainRoutes(route!, [
    { host: 'a.example', https: HTTPS },
    { host: 'b.example', https: HTTPS },
    { host: 'c.example', redirectTo: 'https://a.example' },
  ])

  expect(routes.map(({ hosts }) => hosts)).toEqual([['a.example', 'b.example'], ['c.example']])
  expect(routes[1]!.redirects).toEqual([{ from: '/*', to: 'https://a.example/:rest', status: 308 }])
})

test('a domain that is the built-in host of another app never takes it, nor does the table become invalid', () => {
  const routes = plan(appWith('thief', 'shop.apps.example', 'thief.example'), appWith('shop'))

  expect(hostsOf(routes, 'shop')).toEqual(['shop.apps.example'])
  expect(hostsOf(routes, 'thief')).toEqual(['thief.apps.example', 'thief.example'])
  expect(() => parseRouteTable({ version: 1, routes })).not.toThrow()
})
