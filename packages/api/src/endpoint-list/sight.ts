import type { EndpointEntry } from '../endpoint-list.ts'

export type SightAction = 'figure:read' | 'visit:read' | 'metrics:read'

const APP = '/api/v1/apps/{slug}'

export const sightEndpoints = {
  'requests.query': {
    method: 'GET',
    path: `${APP}/requests`,
    action: 'log:read',
    tag: 'observe',
    stream: { when: 'follow' },
    summary: 'Search or follow the requests that an app got',
  },
  'figures.app': {
    method: 'GET',
    path: `${APP}/figures`,
    action: 'figure:read',
    tag: 'observe',
    summary: 'Show traffic, latency, errors and resource use of an app over time',
  },
  'figures.apps': {
    method: 'GET',
    path: '/api/v1/figures/apps',
    action: 'apps:list',
    tag: 'observe',
    summary: 'Show how each app is right now, with its last half hour',
  },
  'visits.get': {
    method: 'GET',
    path: `${APP}/visits`,
    action: 'visit:read',
    tag: 'observe',
    summary: 'Show the visits of an app: pages, referrers, devices',
  },
  'timeline.get': {
    method: 'GET',
    path: `${APP}/timeline`,
    action: 'event:read',
    tag: 'observe',
    summary: 'Tell what changed: deployments, settings, crashes, sleeps',
  },
  'observation.get': {
    method: 'GET',
    path: `${APP}/observation`,
    action: 'app:read',
    tag: 'observe',
    summary: 'Show what is kept of the requests of an app',
  },
  'observation.update': {
    method: 'PATCH',
    path: `${APP}/observation`,
    action: 'app:update',
    tag: 'observe',
    summary: 'Set what is kept of the requests of an app',
  },
} as const satisfies Record<string, EndpointEntry>
