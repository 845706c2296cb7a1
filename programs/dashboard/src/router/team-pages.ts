/** The pages of teams. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { patiently } from '../api/patiently.ts'
import { inside } from './root.ts'

const teams = createRoute({
  getParentRoute: () => inside,
  path: '/teams',
  component: lazyRouteComponent(
    patiently(() => import('../routes/teams.tsx')),
    'TeamsPage',
  ),
})

const team = createRoute({
  getParentRoute: () => inside,
  path: '/teams/$team',
  component: lazyRouteComponent(
    patiently(() => import('../teams/team-layout.tsx')),
    'TeamLayout',
  ),
})

const pagesOfOneTeam = [
  createRoute({
    getParentRoute: () => team,
    path: '/',
    component: lazyRouteComponent(
      patiently(() => import('../routes/team-members.tsx')),
      'TeamMembers',
    ),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/apps',
    component: lazyRouteComponent(
      patiently(() => import('../routes/team-apps.tsx')),
      'TeamApps',
    ),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/variables',
    validateSearch: ({ environment }: Record<string, unknown>): { environment?: string } =>
      typeof environment === 'string' && environment !== 'all' ? { environment } : {},
    component: lazyRouteComponent(
      patiently(() => import('../routes/team-variables.tsx')),
      'TeamVariables',
    ),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/quotas',
    component: lazyRouteComponent(
      patiently(() => import('../routes/team-quotas.tsx')),
      'TeamQuotas',
    ),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/tokens',
    component: lazyRouteComponent(
      patiently(() => import('../routes/team-tokens.tsx')),
      'TeamTokens',
    ),
  }),
  createRoute({
    getParentRoute: () => team,
    path: '/settings',
    component: lazyRouteComponent(
      patiently(() => import('../routes/team-settings.tsx')),
      'TeamSettings',
    ),
  }),
] as const

export const teamPages = [teams, team.addChildren(pagesOfOneTeam)] as const
