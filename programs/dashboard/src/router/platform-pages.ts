/** The pages about the whole platform, and the people on it. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { auditSearch } from '../audit/audit-search.ts'
import { inside } from './root.ts'

const platform = createRoute({
  getParentRoute: () => inside,
  path: '/platform',
  component: lazyRouteComponent(() => import('../routes/platform.tsx'), 'PlatformPage'),
})

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../routes/audit.tsx'), 'AuditPage'),
})

const people = createRoute({
  getParentRoute: () => inside,
  path: '/people',
  validateSearch: ({ search, page }: Record<string, unknown>): { search?: string; page?: number } => ({
    ...(typeof search === 'string' && search !== '' && { search }),
    ...(typeof page === 'number' && page > 1 && { page: Math.floor(page) }),
  }),
  component: lazyRouteComponent(() => import('../routes/people.tsx'), 'PeoplePage'),
})

const person = createRoute({
  getParentRoute: () => inside,
  path: '/people/$person',
  component: lazyRouteComponent(() => import('../routes/person.tsx'), 'PersonPage'),
})

export const platformPages = [platform, audit, people, person] as const
