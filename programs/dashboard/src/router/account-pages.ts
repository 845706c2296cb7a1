/** The pages of one person about themselves. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { patiently } from '../api/patiently.ts'
import { inside } from './root.ts'

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(
    patiently(() => import('../account/account-layout.tsx')),
    'AccountLayout',
  ),
})

const accountProfile = createRoute({
  getParentRoute: () => account,
  path: '/',
  component: lazyRouteComponent(
    patiently(() => import('../routes/account-profile.tsx')),
    'AccountProfile',
  ),
})

const accountSecurity = createRoute({
  getParentRoute: () => account,
  path: '/security',
  component: lazyRouteComponent(
    patiently(() => import('../routes/account-security.tsx')),
    'AccountSecurity',
  ),
})

const accountSessions = createRoute({
  getParentRoute: () => account,
  path: '/sessions',
  component: lazyRouteComponent(
    patiently(() => import('../routes/account-sessions.tsx')),
    'AccountSessions',
  ),
})

const accountData = createRoute({
  getParentRoute: () => account,
  path: '/data',
  component: lazyRouteComponent(
    patiently(() => import('../routes/account-data.tsx')),
    'AccountData',
  ),
})

const tokens = createRoute({
  getParentRoute: () => inside,
  path: '/account/tokens',
  validateSearch: ({ of }: Record<string, unknown>): { of?: 'all' } => (of === 'all' ? { of } : {}),
  component: lazyRouteComponent(
    patiently(() => import('../routes/tokens.tsx')),
    'TokensPage',
  ),
})

const device = createRoute({
  getParentRoute: () => inside,
  path: '/device',
  validateSearch: ({ code, decision }: Record<string, unknown>): DeviceSearch => ({
    ...(typeof code === 'string' && code !== '' && { code }),
    ...((decision === 'approved' || decision === 'denied') && { decision }),
  }),
  component: lazyRouteComponent(
    patiently(() => import('../routes/device.tsx')),
    'DevicePage',
  ),
})

export const accountPages = [
  account.addChildren([accountProfile, accountSecurity, accountSessions, accountData]),
  tokens,
  device,
] as const

interface DeviceSearch {
  code?: string
  decision?: 'approved' | 'denied'
}
