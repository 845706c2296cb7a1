/** The roots of all pages: what every page has, and what only those who are signed in may open. */
import type { QueryClient } from '@tanstack/react-query'
import { createRootRouteWithContext, createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { accountQueries } from '../account/account-queries.ts'
import { ApiError } from '../api/client.ts'
import { patiently } from '../api/patiently.ts'
import { queries } from '../api/queries.ts'

interface Context {
  queryClient: QueryClient
}

export const root = createRootRouteWithContext<Context>()({})

/** All below is for those who are signed in; others go through the sign-in page and come back. */
export const inside = createRoute({
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
  component: lazyRouteComponent(
    patiently(() => import('../shell/app-shell.tsx')),
    'AppShell',
  ),
})
