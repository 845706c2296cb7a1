import type { EndpointEntry } from '../endpoint-list.ts'

export type LimitAction = 'limit:read' | 'limit:write'

const APP = '/api/v1/apps/{slug}'

export const limitEndpoints = {
  'limits.get': {
    method: 'GET',
    path: `${APP}/limits`,
    action: 'limit:read',
    tag: 'instances',
    summary: 'Show what instances of an app may take, and what they take',
  },
  'limits.replace': {
    method: 'PUT',
    path: `${APP}/limits`,
    action: 'limit:write',
    tag: 'instances',
    summary:
      "Set an app's own limits, which replace those of its release; instances are replaced by fresh ones",
  },
  'instances.ends': {
    method: 'GET',
    path: `${APP}/instance-ends`,
    action: 'log:read',
    tag: 'instances',
    summary: 'Show why instances ended that were not simply stopped, with their last lines',
  },
} as const satisfies Record<string, EndpointEntry>
