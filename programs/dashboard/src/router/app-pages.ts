/** The list of apps, and the pages of one app. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { patiently } from '../api/patiently.ts'
import type { Span } from '../api/sight-queries.ts'
import { appListSearch } from '../apps/app-list-search.ts'
import { fileSearch } from '../files/file-search.ts'
import { logSearch } from '../logs/log-search.ts'
import { requestSearch } from '../requests/request-search.ts'
import { inside } from './root.ts'

const apps = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: appListSearch,
  component: lazyRouteComponent(
    patiently(() => import('../routes/apps.tsx')),
    'AppsPage',
  ),
})

const app = createRoute({
  getParentRoute: () => inside,
  path: '/apps/$slug',
  component: lazyRouteComponent(
    patiently(() => import('../app/app-layout.tsx')),
    'AppLayout',
  ),
})

const appOverview = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: ({ span }: Record<string, unknown>): { span?: Span } =>
    span === 'day' || span === 'week' ? { span } : {},
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-overview.tsx')),
    'AppOverview',
  ),
})

const appDeployments = createRoute({
  getParentRoute: () => app,
  path: '/deployments',
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-deployments.tsx')),
    'AppDeployments',
  ),
})

const appDeployment = createRoute({
  getParentRoute: () => app,
  path: '/deployments/$number',
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-deployment.tsx')),
    'AppDeployment',
  ),
})

const appReleases = createRoute({
  getParentRoute: () => app,
  path: '/releases',
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-releases.tsx')),
    'AppReleases',
  ),
})

const appLogs = createRoute({
  getParentRoute: () => app,
  path: '/logs',
  validateSearch: logSearch,
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-logs.tsx')),
    'AppLogs',
  ),
})

const appRequests = createRoute({
  getParentRoute: () => app,
  path: '/requests',
  validateSearch: requestSearch,
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-requests.tsx')),
    'AppRequests',
  ),
})

const appVisits = createRoute({
  getParentRoute: () => app,
  path: '/visits',
  validateSearch: ({ days }: Record<string, unknown>): { days?: number } =>
    typeof days === 'number' && [1, 30, 90].includes(days) ? { days } : {},
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-visits.tsx')),
    'AppVisits',
  ),
})

const appDomains = createRoute({
  getParentRoute: () => app,
  path: '/domains',
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-domains.tsx')),
    'AppDomains',
  ),
})

const appBuild = createRoute({
  getParentRoute: () => app,
  path: '/settings/build',
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-build.tsx')),
    'AppBuild',
  ),
})

const appTraffic = createRoute({
  getParentRoute: () => app,
  path: '/settings/traffic',
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-traffic.tsx')),
    'AppTraffic',
  ),
})

const appEnv = createRoute({
  getParentRoute: () => app,
  path: '/env',
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-env.tsx')),
    'AppEnv',
  ),
})

const appSettings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-settings.tsx')),
    'AppSettings',
  ),
})

const appFiles = createRoute({
  getParentRoute: () => app,
  path: '/files',
  validateSearch: fileSearch,
  component: lazyRouteComponent(() => import('../routes/app-files.tsx'), 'AppFiles'),
})

const appTerminal = createRoute({
  getParentRoute: () => app,
  path: '/terminal',
  validateSearch: ({ in: chosen }: Record<string, unknown>): { in?: string } =>
    typeof chosen === 'string' && chosen !== '' ? { in: chosen } : {},
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-terminal.tsx')),
    'AppTerminal',
  ),
})

const appAccess = createRoute({
  getParentRoute: () => app,
  path: '/access',
  component: lazyRouteComponent(
    patiently(() => import('../routes/app-access.tsx')),
    'AppAccess',
  ),
})

export const appPages = [
  apps,
  app.addChildren([
    appOverview,
    appDeployments,
    appDeployment,
    appReleases,
    appLogs,
    appRequests,
    appVisits,
    appDomains,
    appBuild,
    appTraffic,
    appEnv,
    appSettings,
    appFiles,
    appTerminal,
    appAccess,
  ]),
] as const
