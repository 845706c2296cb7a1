import type { EndpointEntry } from '../endpoint-list.ts'

export type TrafficAction = 'traffic:read' | 'traffic:write' | 'maintenance:write' | 'canary:end'

const APP = '/api/v1/apps/{slug}'
const TRAFFIC = `${APP}/traffic` as const

export const trafficEndpoints = {
  'traffic.get': {
    method: 'GET',
    path: TRAFFIC,
    action: 'traffic:read',
    tag: 'traffic',
    summary: 'Show how the edge treats the requests of an app, and who said so',
  },
  'traffic.replace': {
    method: 'PUT',
    path: TRAFFIC,
    action: 'traffic:write',
    tag: 'traffic',
    summary: 'Set all traffic settings of an app, at once and without a deployment',
  },
  'traffic.update': {
    method: 'PATCH',
    path: TRAFFIC,
    action: 'traffic:write',
    tag: 'traffic',
    summary: 'Set or take away single traffic settings of an app',
  },
  'traffic.headers': {
    method: 'GET',
    path: `${TRAFFIC}/headers`,
    action: 'traffic:read',
    tag: 'traffic',
    summary: 'Ask the app through the edge, and grade the security headers of its answer',
  },
  'maintenance.set': {
    method: 'PUT',
    path: `${APP}/maintenance`,
    action: 'maintenance:write',
    tag: 'traffic',
    summary: 'Close an app for work on it, or open it again',
  },
  'canary.promote': {
    method: 'POST',
    path: `${APP}/canary/promote`,
    action: 'canary:end',
    tag: 'deployments',
    success: 202,
    summary: 'Give the canary all requests',
  },
  'canary.abort': {
    method: 'POST',
    path: `${APP}/canary/abort`,
    action: 'canary:end',
    tag: 'deployments',
    success: 202,
    summary: 'Take the canary out: the release that serves the rest serves all again',
  },
} as const satisfies Record<string, EndpointEntry>
