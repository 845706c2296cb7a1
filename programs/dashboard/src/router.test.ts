import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { PageSkeleton } from './components/skeleton.tsx'
import { createAppRouter } from './router.tsx'
import { APP_PAGES, PAGES } from './shell/palette-entries.ts'
import { RouteError } from './shell/route-error.tsx'

const router = createAppRouter(new QueryClient())
const routes = Object.values(router.routesById)

test('every page that fails has an error of its own with a way on, and every page on its way a skeleton', () => {
  expect(routes.length).toBeGreaterThan(50)
  expect(router.options.defaultErrorComponent).toBe(RouteError)
  expect(router.options.defaultPendingComponent).toBe(PageSkeleton)
  for (const { id, options } of routes) {
    expect(options.errorComponent, id).toBeUndefined()
    expect(options.pendingComponent, id).toBeUndefined()
  }
})

test('the palette leads to pages that are there', () => {
  const paths = new Set(routes.map(({ fullPath }) => fullPath.replace(/(.)\/$/, '$1')))

  for (const { to } of [...PAGES, ...APP_PAGES]) expect(paths, to).toContain(to)
})
