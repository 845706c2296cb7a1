import type { EndpointEntry } from '../endpoint-list.ts'

export type PlatformAction = 'setting:read' | 'app:plan'

export const platformEndpoints = {
  'settings.list': {
    method: 'GET',
    path: '/api/v1/settings',
    action: 'setting:read',
    tag: 'platform',
    summary: 'List the settings of the platform with their values, secrets left out (for administrators)',
  },
  'apps.plan': {
    method: 'POST',
    path: '/api/v1/apps/{slug}/plan',
    action: 'app:plan',
    tag: 'apps',
    summary:
      'Tell what a change of the settings, the scale or the limits of an app would do, without doing it',
  },
} as const satisfies Record<string, EndpointEntry>
