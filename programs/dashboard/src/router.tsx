/** Every page by its address. Each page is a chunk of its own, loaded when somebody goes there. */
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { accountQueries } from './account/account-queries.ts'
import { ApiError } from './api/client.ts'
import { queries } from './api/queries.ts'
import type { Span } from './api/sight-queries.ts'
import { appListSearch } from './apps/app-list-search.ts'
import { auditSearch } from './audit/audit-search.ts'
import { PageSkeleton } from './components/skeleton.tsx'
import { logSearch } from './logs/log-search.ts'
import { requestSearch } from './requests/request-search.ts'
import { NotFoundPage, RouteError } from './shell/route-error.tsx'
import { Surroundings } from './shell/surroundings.tsx'

interface Context {
  queryClient: QueryClient
}

const root = createRootRouteWithContext<Context>()({})

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { next?: string } =>
    isOwnPath(search.next) ? { next: search.next } : {},
  component: lazyRouteComponent(() => import('./routes/sign-in.tsx'), 'SignInPage'),
})

const signInLink = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/link',
  component: lazyRouteComponent(() => import('./routes/sign-in-link.tsx'), 'SignInLinkPage'),
})

const forgotPassword = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/forgot',
  component: lazyRouteComponent(() => import('./routes/sign-in-forgot.tsx'), 'ForgotPasswordPage'),
})

const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/new-password',
  component: lazyRouteComponent(() => import('./routes/sign-in-new-password.tsx'), 'NewPasswordPage'),
})

const accountDeleted = createRoute({
  getParentRoute: () => root,
  path: '/sign-in/deleted',
  component: lazyRouteComponent(() => import('./routes/sign-in-deleted.tsx'), 'AccountDeletedPage'),
})

const confirmEmail = createRoute({
  getParentRoute: () => root,
  path: '/account/email',
  component: lazyRouteComponent(() => import('./routes/account-email.tsx'), 'ConfirmEmailPage'),
})

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('./routes/setup.tsx'), 'SetupPage'),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./routes/team-invitation.tsx'), 'InvitationPage'),
})

/** All below is for those who are signed in; others go through the sign-in page and come back. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    try {
      await Promise.all([
        context.queryClient.ensureQueryData(queries.session()),
        context.queryClient.ensureQueryData(accountQueries.factor()),
      ])
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } })
    }
  },
  component: lazyRouteComponent(() => import('./shell/app-shell.tsx'), 'AppShell'),
})

const apps = createRoute({
  getParentRoute: () => inside,
  path: '/',
  validateSearch: appListSearch,
  component: lazyRouteComponent(() => import('./routes/apps.tsx'), 'AppsPage'),
})

const platform = createRoute({
  getParentRoute: () => inside,
  path: '/platform',
  component: lazyRouteComponent(() => import('./routes/platform.tsx'), 'PlatformPage'),
})

const account = createRoute({
  getParentRoute: () => inside,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/account-layout.tsx'), 'AccountLayout'),
})

const accountProfile = createRoute({
  getParentRoute: () => account,
  path: '/',
  component: lazyRouteComponent(() => import('./routes/account-profile.tsx'), 'AccountProfile'),
})

const accountSecurity = createRoute({
  getParentRoute: () => account,
  path: '/security',
  component: lazyRouteComponent(() => import('./routes/account-security.tsx'), 'AccountSecurity'),
})

const accountSessions = createRoute({
  getParentRoute: () => account,
  path: '/sessions',
  component: lazyRouteComponent(() => import('./routes/account-sessions.tsx'), 'AccountSessions'),
})

const accountData = createRoute({
  getParentRoute: () => account,
  path: '/data',
  component: lazyRouteComponent(() => import('./routes/account-data.tsx'), 'AccountData'),
})

const device = createRoute({
  getParentRoute: () => inside,
  path: '/device',
  validateSearch: ({ code, decision }: Record<string, unknown>): DeviceSearch => ({
    ...(typeof code === 'string' && code !== '' && { code }),
    ...((decision === 'approved' || decision === 'denied') && { decision }),
  }),
  component: lazyRouteComponent(() => import('./routes/device.tsx'), 'DevicePage'),
})

const teams = createRoute({
  getParentRoute: () => inside,
  path: '/teams',
  component: lazyRouteComponent(() => import('./routes/teams.tsx'), 'TeamsPage'),
})

const team = createRoute({
  getParentRoute: () => inside,
  path: '/teams/$team',
  component: lazyRouteComponent(() => import('./teams/team-layout.tsx'), 'TeamLayout'),
})

const teamPages = [
  createRoute({
    getParentRoute: () => team,
    path: '/',
    component: lazyRouteComponent(() => import('./routes/team-members.tsx'), 'TeamMembers'),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/apps',
    component: lazyRouteComponent(() => import('./routes/team-apps.tsx'), 'TeamApps'),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/variables',
    validateSearch: ({ environment }: Record<string, unknown>): { environment?: string } =>
      typeof environment === 'string' && environment !== 'all' ? { environment } : {},
    component: lazyRouteComponent(() => import('./routes/team-variables.tsx'), 'TeamVariables'),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/quotas',
    component: lazyRouteComponent(() => import('./routes/team-quotas.tsx'), 'TeamQuotas'),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/tokens',
    component: lazyRouteComponent(() => import('./routes/team-tokens.tsx'), 'TeamTokens'),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/settings',
    component: lazyRouteComponent(() => import('./routes/team-settings.tsx'), 'TeamSettings'),
  }),
] as const

const tokens = createRoute({
  getParentRoute: () => inside,
  path: '/account/tokens',
  validateSearch: ({ of }: Record<string, unknown>): { of?: 'all' } => (of === 'all' ? { of } : {}),
  component: lazyRouteComponent(() => import('./routes/tokens.tsx'), 'TokensPage'),
})

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('./routes/audit.tsx'), 'AuditPage'),
})

const people = createRoute({
  getParentRoute: () => inside,
  path: '/people',
  validateSearch: ({ search, page }: Record<string, unknown>): { search?: string; page?: number } => ({
    ...(typeof search === 'string' && search !== '' && { search }),
    ...(typeof page === 'number' && page > 1 && { page: Math.floor(page) }),
  }),
  component: lazyRouteComponent(() => import('./routes/people.tsx'), 'PeoplePage'),
})

const person = createRoute({
  getParentRoute: () => inside,
  path: '/people/$person',
  component: lazyRouteComponent(() => import('./routes/person.tsx'), 'PersonPage'),
})

const app = createRoute({
  getParentRoute: () => inside,
  path: '/apps/$slug',
  component: lazyRouteComponent(() => import('./app/app-layout.tsx'), 'AppLayout'),
})

const appOverview = createRoute({
  getParentRoute: () => app,
  path: '/',
  validateSearch: ({ span }: Record<string, unknown>): { span?: Span } =>
    span === 'day' || span === 'week' ? { span } : {},
  component: lazyRouteComponent(() => import('./routes/app-overview.tsx'), 'AppOverview'),
})

const appDeployments = createRoute({
  getParentRoute: () => app,
  path: '/deployments',
  component: lazyRouteComponent(() => import('./routes/app-deployments.tsx'), 'AppDeployments'),
})

const appDeployment = createRoute({
  getParentRoute: () => app,
  path: '/deployments/$number',
  component: lazyRouteComponent(() => import('./routes/app-deployment.tsx'), 'AppDeployment'),
})

const appReleases = createRoute({
  getParentRoute: () => app,
  path: '/releases',
  component: lazyRouteComponent(() => import('./routes/app-releases.tsx'), 'AppReleases'),
})

const appLogs = createRoute({
  getParentRoute: () => app,
  path: '/logs',
  validateSearch: logSearch,
  component: lazyRouteComponent(() => import('./routes/app-logs.tsx'), 'AppLogs'),
})

const appRequests = createRoute({
  getParentRoute: () => app,
  path: '/requests',
  validateSearch: requestSearch,
  component: lazyRouteComponent(() => import('./routes/app-requests.tsx'), 'AppRequests'),
})

const appVisits = createRoute({
  getParentRoute: () => app,
  path: '/visits',
  validateSearch: ({ days }: Record<string, unknown>): { days?: number } =>
    typeof days === 'number' && [1, 30, 90].includes(days) ? { days } : {},
  component: lazyRouteComponent(() => import('./routes/app-visits.tsx'), 'AppVisits'),
})

const appDomains = createRoute({
  getParentRoute: () => app,
  path: '/domains',
  component: lazyRouteComponent(() => import('./routes/app-domains.tsx'), 'AppDomains'),
})

const appTraffic = createRoute({
  getParentRoute: () => app,
  path: '/settings/traffic',
  component: lazyRouteComponent(() => import('./routes/app-traffic.tsx'), 'AppTraffic'),
})

const appEnv = createRoute({
  getParentRoute: () => app,
  path: '/env',
  component: lazyRouteComponent(() => import('./routes/app-env.tsx'), 'AppEnv'),
})

const appSettings = createRoute({
  getParentRoute: () => app,
  path: '/settings',
  component: lazyRouteComponent(() => import('./routes/app-settings.tsx'), 'AppSettings'),
})

const appAccess = createRoute({
  getParentRoute: () => app,
  path: '/access',
  component: lazyRouteComponent(() => import('./routes/app-access.tsx'), 'AppAccess'),
})

const appPages = [
  appOverview,
  appDeployments,
  appDeployment,
  appReleases,
  appLogs,
  appRequests,
  appVisits,
  appDomains,
  appTraffic,
  appEnv,
  appSettings,
  appAccess,
] as const
const accountPages = [accountProfile, accountSecurity, accountSessions, accountData] as const
const routeTree = root.addChildren([
  signIn,
  signInLink,
  forgotPassword,
  newPassword,
  accountDeleted,
  confirmEmail,
  setup,
  invitation,
  inside.addChildren([
    apps,
    platform,
    account.addChildren(accountPages),
    tokens,
    device,
    teams,
    team.addChildren(teamPages),
    audit,
    people,
    person,
    app.addChildren(appPages),
  ]),
])

export function createAppRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree,
    context: { queryClient },
    InnerWrap: Surroundings,
    defaultPreload: 'intent',
    defaultErrorComponent: RouteError,
    defaultNotFoundComponent: NotFoundPage,
    defaultPendingComponent: PageSkeleton,
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}

/** A place to come back to after signing in lies on this site, or it is none. */
function isOwnPath(value: unknown): value is string {
  return typeof value === 'string' && /^\/(?![/\\])/.test(value)
}

interface DeviceSearch {
  code?: string
  decision?: 'approved' | 'denied'
}
