import { QueryClientProvider } from '@tanstack/react-query'
import {
  type AnyRouter,
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from '@tanstack/react-router'
import { render } from '@testing-library/react'
import { act, type ReactNode, Suspense } from 'react'
import { createQueryClient } from '../api/query-client.ts'
import { ToastProvider } from '../components/toast.tsx'
import { TooltipProvider } from '../components/tooltip.tsx'

interface Shown {
  container: HTMLElement
  path(): string
  /** What the address says after its `?`. */
  search(): object
}

/** Renders a part as it stands in the dashboard, at an address of its own; says where its links and buttons lead. */
export async function showInPage(content: ReactNode, address = '/'): Promise<Shown> {
  const root = createRootRoute({ component: () => <Page>{content}</Page>, notFoundComponent: () => null })
  return await open(createRouter({ routeTree: root, history: historyAt(address) }))
}

export interface RouteOptions {
  /** Such as `/apps/$slug`. */
  path: string
  /** The address that is shown, such as `/apps/shop`. */
  at: string
  /** As in the dashboard's routes. */
  validateSearch?(search: Record<string, unknown>): object
}

/** Renders a page at its route among those `inside`, for pages that read their own address. */
export async function showRoute(
  component: () => ReactNode,
  { path, at, validateSearch = search => search }: RouteOptions,
): Promise<Shown> {
  const content = (
    <Suspense fallback={null}>
      <Outlet />
    </Suspense>
  )
  const root = createRootRoute({ component: () => <Page>{content}</Page>, notFoundComponent: () => null })
  const inside = createRoute({ getParentRoute: () => root, id: 'inside' })
  const page = createRoute({ getParentRoute: () => inside, path, component, validateSearch })
  const routeTree = root.addChildren([inside.addChildren([page])])
  return await open(createRouter({ routeTree, history: historyAt(at) }))
}

function Page({ children }: { children: ReactNode }) {
  return (
    <TooltipProvider>
      <ToastProvider>
        <main id="page" tabIndex={-1}>
          {children}
        </main>
      </ToastProvider>
    </TooltipProvider>
  )
}

function historyAt(address: string) {
  return createMemoryHistory({ initialEntries: [address] })
}

async function open(router: AnyRouter): Promise<Shown> {
  const queryClient = createQueryClient()
  const { container } = await act(async () => {
    await router.load()
    return render(
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>,
    )
  })
  return {
    container,
    path: () => router.state.location.pathname,
    search: () => router.state.location.search as object,
  }
}
