import type { EndpointEntry } from '../endpoint-list.ts'

export type ApprovalAction =
  | 'approval:read'
  | 'approval:write'
  | 'deployment:approve'
  | 'deployment:schedule'
  | 'deployment:compare'

const APP = '/api/v1/apps/{slug}'
const DEPLOYMENT = `${APP}/deployments/{number}` as const

export const approvalEndpoints = {
  'approval.get': {
    method: 'GET',
    path: `${APP}/approval`,
    action: 'approval:read',
    tag: 'deployments',
    summary: 'Show whether deployments of an app wait for an approval',
  },
  'approval.set': {
    method: 'PUT',
    path: `${APP}/approval`,
    action: 'approval:write',
    tag: 'deployments',
    summary: 'Say whether deployments of an app wait for an approval, and whose',
  },
  'deployments.approve': {
    method: 'POST',
    path: `${DEPLOYMENT}/approve`,
    action: 'deployment:approve',
    tag: 'deployments',
    success: 202,
    summary: 'Let a deployment start that waits for an approval',
  },
  'deployments.refuse': {
    method: 'POST',
    path: `${DEPLOYMENT}/refuse`,
    action: 'deployment:approve',
    tag: 'deployments',
    summary: 'Refuse a deployment that waits for an approval, with the reason',
  },
  'deployments.changes': {
    method: 'GET',
    path: `${DEPLOYMENT}/changes`,
    action: 'deployment:compare',
    tag: 'deployments',
    summary: 'Show what a deployment changes about what serves now: code, names of variables, settings',
  },
  'deployments.reschedule': {
    method: 'PATCH',
    path: DEPLOYMENT,
    action: 'deployment:schedule',
    tag: 'deployments',
    summary: 'Give a deployment that has not started another time, or start it now',
  },
  'releases.changes': {
    method: 'GET',
    path: `${APP}/releases/{version}/changes`,
    action: 'deployment:compare',
    tag: 'releases',
    summary: 'Show what going to a release would change about what serves now',
  },
} as const satisfies Record<string, EndpointEntry>
