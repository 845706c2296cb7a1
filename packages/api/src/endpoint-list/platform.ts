import type { EndpointEntry } from '../endpoint-list.ts'

export type PlatformAction = 'setting:read' | 'app:plan' | 'page-failure:report'

export const platformEndpoints = {
  'settings.list': {
    method: 'GET',
    path: '/api/v1/settings',
    action: 'setting:read',
    tag: 'platform',
    summary: 'List the settings of the platform with their values, secrets left out (for administrators)',
  },
  'pageFailures.report': {
    method: 'POST',
    path: '/api/v1/page-failures',
    action: 'page-failure:report',
    tag: 'platform',
    summary: 'Tell the log of the platform about a page of the dashboard that failed in the browser',
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
