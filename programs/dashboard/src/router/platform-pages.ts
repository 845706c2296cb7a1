/** The pages about the whole platform, and the people on it. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { patiently } from '../api/patiently.ts'
import { auditSearch } from '../audit/audit-search.ts'
import { jobSearch } from '../platform/job-search.ts'
import { inside } from './root.ts'

const platform = createRoute({
  getParentRoute: () => inside,
  path: '/platform',
  component: lazyRouteComponent(
    patiently(() => import('../platform/platform-layout.tsx')),
    'PlatformLayout',
  ),
})

const pagesOfThePlatform = [
  createRoute({
    getParentRoute: () => platform,
    path: '/',
    component: lazyRouteComponent(
      patiently(() => import('../routes/platform-health.tsx')),
      'PlatformHealth',
    ),
  }),
  createRoute({
    getParentRoute: () => platform,
    path: '/disk',
    component: lazyRouteComponent(
      patiently(() => import('../routes/platform-disk.tsx')),
      'PlatformDisk',
    ),
  }),
  createRoute({
    getParentRoute: () => platform,
    path: '/jobs',
    validateSearch: jobSearch,
    component: lazyRouteComponent(
      patiently(() => import('../routes/platform-jobs.tsx')),
      'PlatformJobs',
    ),
  }),
  createRoute({
    getParentRoute: () => platform,
    path: '/jobs/$id',
    component: lazyRouteComponent(
      patiently(() => import('../routes/platform-job.tsx')),
      'PlatformJob',
    ),
  }),
  createRoute({
    getParentRoute: () => platform,
    path: '/trash',
    component: lazyRouteComponent(
      patiently(() => import('../routes/platform-trash.tsx')),
      'PlatformTrash',
    ),
  }),
  createRoute({
    getParentRoute: () => platform,
    path: '/settings',
    component: lazyRouteComponent(
      patiently(() => import('../routes/platform-settings.tsx')),
      'PlatformSettings',
    ),
  }),
] as const

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  validateSearch: auditSearch,
  component: lazyRouteComponent(
    patiently(() => import('../routes/audit.tsx')),
    'AuditPage',
  ),
})

const people = createRoute({
  getParentRoute: () => inside,
  path: '/people',
  validateSearch: ({ search, page }: Record<string, unknown>): { search?: string; page?: number } => ({
    ...(typeof search === 'string' && search !== '' && { search }),
    ...(typeof page === 'number' && page > 1 && { page: Math.floor(page) }),
  }),
  component: lazyRouteComponent(
    patiently(() => import('../routes/people.tsx')),
    'PeoplePage',
  ),
})

const person = createRoute({
  getParentRoute: () => inside,
  path: '/people/$person',
  component: lazyRouteComponent(
    patiently(() => import('../routes/person.tsx')),
    'PersonPage',
  ),
})

export const platformPages = [platform.addChildren(pagesOfThePlatform), audit, people, person] as const
