/** Every page by its address. Each page is a chunk of its own, loaded when somebody goes there. */
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { ApiError } from './api/client.ts'
import { queries } from './api/queries.ts'
import { PageSkeleton } from './components/skeleton.tsx'
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

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(() => import('./routes/setup.tsx'), 'SetupPage'),
})

/** All below is for those who are signed in; others go through the sign-in page and come back. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ context, location }) => {
    try {
      await context.queryClient.ensureQueryData(queries.session())
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

const app = createRoute({
  getParentRoute: () => inside,
  path: '/apps/$slug',
  component: lazyRouteComponent(() => import('./app/app-layout.tsx'), 'AppLayout'),
})

const appOverview = createRoute({
  getParentRoute: () => app,
  path: '/',
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
  validateSearch: ({ grep, process, span }: Record<string, unknown>): LogSearch => ({
    ...(typeof grep === 'string' && grep !== '' && { grep }),
    ...(typeof process === 'string' && { process }),
    ...(typeof span === 'string' && { span }),
  }),
  component: lazyRouteComponent(() => import('./routes/app-logs.tsx'), 'AppLogs'),
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

const appPages = [
  appOverview,
  appDeployments,
  appDeployment,
  appReleases,
  appLogs,
  appEnv,
  appSettings,
] as const
const routeTree = root.addChildren([
  signIn,
  signInLink,
  forgotPassword,
  newPassword,
  setup,
  inside.addChildren([apps, platform, app.addChildren(appPages)]),
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

export interface AppListSearch {
  search?: string
  show?: string
  sort?: string
}

export interface LogSearch {
  grep?: string
  process?: string
  span?: string
}

function appListSearch({ search, show, sort }: Record<string, unknown>): AppListSearch {
  return {
    ...(typeof search === 'string' && search !== '' && { search }),
    ...(typeof show === 'string' && { show }),
    ...(typeof sort === 'string' && { sort }),
  }
}
