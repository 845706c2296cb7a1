/** Every page by its address, grouped by subject in `router/`. Each page is a chunk of its own, loaded when somebody goes there. */
import type { QueryClient } from '@tanstack/react-query'
import { createRouter } from '@tanstack/react-router'
import { PageSkeleton } from './components/skeleton.tsx'
import { accountPages } from './router/account-pages.ts'
import { appPages } from './router/app-pages.ts'
import { outsidePages } from './router/outside-pages.ts'
import { platformPages } from './router/platform-pages.ts'
import { inside, root } from './router/root.ts'
import { teamPages } from './router/team-pages.ts'
import { NotFoundPage, RouteError } from './shell/route-error.tsx'
import { Surroundings } from './shell/surroundings.tsx'

const routeTree = root.addChildren([
  ...outsidePages,
  inside.addChildren([...appPages, ...accountPages, ...teamPages, ...platformPages]),
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
