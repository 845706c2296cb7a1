import { QueryClientProvider } from '@tanstack/react-query'
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { expect, test } from 'vitest'
import { createQueryClient } from '../api/query-client.ts'
import { ToastProvider } from '../components/toast.tsx'
import { TooltipProvider } from '../components/tooltip.tsx'
import { startTinyApi } from '../testing/tiny-api.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import { AppLayout } from './app-layout.tsx'

const user = userEvent.setup()

test('an app is deployed from the head of any of its pages', async () => {
  await showPage({})
  await screen.findByText('the page below')

  await user.click(screen.getByRole('button', { name: words.apps.deploy }))
  await screen.findByRole('dialog', { name: pageWords.deploy.titleFor('Shop') })
  await user.keyboard('{Escape}')

  expect(screen.queryByRole('dialog')).toBeNull()
})

test('an app that is stopped cannot be deployed from there', async () => {
  await showPage({ state: 'stopped' })

  const button = await screen.findByRole('button', { name: words.apps.deploy })
  await user.click(button)

  expect(button.getAttribute('aria-disabled')).toBe('true')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('the head leads to the app itself and to its other pages', async () => {
  const page = await showPage({})

  const link = await screen.findByRole('link', { name: 'shop.example.org' })
  expect(link.getAttribute('href')).toBe('https://shop.example.org/')
  await user.click(screen.getByRole('link', { name: words.app.tabs.deployments }))

  await expect.poll(page.path).toBe('/apps/shop/deployments')
})

async function showPage(change: object): Promise<{ path(): string }> {
  const shop = {
    ...{
      slug: 'shop',
      name: 'Shop',
      state: 'active',
      url: 'https://shop.example.org/',
      lastDeployment: null,
    },
    ...{ origin: null, currentRelease: null, can: { 'app:deploy': true } },
    ...change,
  }
  await startTinyApi({ 'GET /api/v1/apps/shop': () => shop })
  const root = createRootRoute({ notFoundComponent: () => null })
  const inside = createRoute({ getParentRoute: () => root, id: 'inside' })
  const layout = createRoute({
    getParentRoute: () => inside,
    path: '/apps/$slug',
    component: () => (
      <Suspense>
        <AppLayout />
      </Suspense>
    ),
  })
  const page = createRoute({ getParentRoute: () => layout, path: '/', component: () => 'the page below' })
  const history = createMemoryHistory({ initialEntries: ['/apps/shop'] })
  const tree = root.addChildren([inside.addChildren([layout.addChildren([page])])])
  const router = createRouter({ routeTree: tree, history })
  render(
    <QueryClientProvider client={createQueryClient()}>
      <TooltipProvider>
        <ToastProvider>
          <RouterProvider router={router as never} />
        </ToastProvider>
      </TooltipProvider>
    </QueryClientProvider>,
  )
  return { path: () => router.state.location.pathname }
}
