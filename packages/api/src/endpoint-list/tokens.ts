import type { EndpointEntry } from '../endpoint-list.ts'

export type TokenAction =
  | 'token:read'
  | 'token:create'
  | 'token:rotate'
  | 'token:revoke'
  | 'team-tokens:read'
  | 'team-tokens:revoke'
  | 'all-tokens:read'
  | 'all-tokens:revoke'

export const tokenEndpoints = {
  'tokens.list': {
    method: 'GET',
    path: '/api/v1/tokens',
    action: 'token:read',
    tag: 'tokens',
    summary: 'List your API tokens',
  },
  'tokens.create': {
    method: 'POST',
    path: '/api/v1/tokens',
    action: 'token:create',
    tag: 'tokens',
    success: 201,
    summary: 'Make an API token; its secret is shown this once',
  },
  'tokens.rotate': {
    method: 'POST',
    path: '/api/v1/tokens/{id}/rotate',
    action: 'token:rotate',
    tag: 'tokens',
    summary: 'Give an API token a new secret; the one before works on for a while',
  },
  'tokens.revoke': {
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    action: 'token:revoke',
    tag: 'tokens',
    summary: 'End an API token at once',
  },
  'tokens.team': {
    method: 'GET',
    path: '/api/v1/teams/{team}/tokens',
    action: 'team-tokens:read',
    tag: 'tokens',
    summary: 'List the API tokens that are limited to a team',
  },
  'tokens.all': {
    method: 'GET',
    path: '/api/v1/platform/tokens',
    action: 'all-tokens:read',
    tag: 'tokens',
    summary: 'List the API tokens of everybody',
  },
} as const satisfies Record<string, EndpointEntry>
