import type { EndpointEntry } from '../endpoint-list.ts'

export type QuotaAction = 'quota:read-own' | 'quota:read-team' | 'quota:read-person' | 'quota:write'

const OF_TEAM = '/api/v1/teams/{team}/quotas'
const OF_PERSON = '/api/v1/people/{person}/quotas'

export const quotaEndpoints = {
  'quotas.own': {
    method: 'GET',
    path: '/api/v1/quotas',
    action: 'quota:read-own',
    tag: 'quotas',
    summary: 'Show your own quotas with what counts against them',
  },
  'quotas.team': {
    method: 'GET',
    path: OF_TEAM,
    action: 'quota:read-team',
    tag: 'quotas',
    summary: 'Show the quotas of a team with what counts against them',
  },
  'quotas.setTeam': {
    method: 'PATCH',
    path: OF_TEAM,
    action: 'quota:write',
    tag: 'quotas',
    summary: 'Set quotas of a team (for administrators of the platform)',
  },
  'quotas.person': {
    method: 'GET',
    path: OF_PERSON,
    action: 'quota:read-person',
    tag: 'quotas',
    summary: 'Show the quotas of a person (for administrators of the platform)',
  },
  'quotas.setPerson': {
    method: 'PATCH',
    path: OF_PERSON,
    action: 'quota:write',
    tag: 'quotas',
    summary: 'Set quotas of a person (for administrators of the platform)',
  },
} as const satisfies Record<string, EndpointEntry>
