import { QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router'
import { render } from '@testing-library/react'
import { act, type ReactNode } from 'react'
import { createQueryClient } from '../api/query-client.ts'
import { ToastProvider } from '../components/toast.tsx'
import { TooltipProvider } from '../components/tooltip.tsx'

/** Renders a part as it stands in the dashboard, at an address of its own; says where its links and buttons lead. */
export async function showInPage(
  content: ReactNode,
  address = '/',
): Promise<{ path(): string; container: HTMLElement }> {
  const queryClient = createQueryClient()
  const root = createRootRoute({
    component: () => (
      <TooltipProvider>
        <ToastProvider>
          <main id="page" tabIndex={-1}>
            {content}
          </main>
        </ToastProvider>
      </TooltipProvider>
    ),
    notFoundComponent: () => null,
  })
  const router = createRouter({
    routeTree: root,
    history: createMemoryHistory({ initialEntries: [address] }),
  })
  const { container } = await act(async () => {
    await router.load()
    return render(
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>,
    )
  })
  return { container, path: () => router.state.location.pathname }
}
