import type { EndpointEntry } from '../endpoint-list.ts'

export type AppJobAction = 'apps:bulk' | 'app-job:read' | 'app:clone' | 'app:export' | 'app:export-secrets'

const APP = '/api/v1/apps/{slug}'
const JOBS = '/api/v1/app-jobs'

export const appJobEndpoints = {
  'apps.bulk': {
    method: 'POST',
    path: JOBS,
    action: 'apps:bulk',
    tag: 'apps',
    success: 202,
    summary: 'Start, stop, restart, delete or tag several apps',
  },
  'appJobs.list': {
    method: 'GET',
    path: JOBS,
    action: 'app-job:read',
    tag: 'apps',
    summary: 'List what you had done to several apps, and your exports',
  },
  'appJobs.get': {
    method: 'GET',
    path: `${JOBS}/{id}`,
    action: 'app-job:read',
    tag: 'apps',
    summary: 'Show how far it is, for each app',
  },
  'appJobs.cancel': {
    method: 'POST',
    path: `${JOBS}/{id}/cancel`,
    action: 'apps:bulk',
    tag: 'apps',
    summary: 'Leave out the apps that have not had their turn yet',
  },
  'appJobs.file': {
    method: 'GET',
    path: `${JOBS}/{id}/file`,
    action: 'app-job:read',
    tag: 'apps',
    download: true,
    summary: 'Download an export, within a day of its making',
  },
  'apps.export': {
    method: 'POST',
    path: `${APP}/export`,
    action: 'app:export',
    tag: 'apps',
    success: 202,
    summary: 'Write an app into a file: its code, its settings and the names of its variables',
  },
  'apps.clone': {
    method: 'POST',
    path: `${APP}/clone`,
    action: 'app:clone',
    tag: 'apps',
    success: 201,
    summary: 'Make a new app of the same team with the same release and settings',
  },
  'apps.import': {
    method: 'POST',
    path: '/api/v1/app-imports',
    action: 'app:create',
    resource: 'handler',
    tag: 'apps',
    success: 201,
    upload: true,
    summary: 'Make a new app from an export',
  },
} as const satisfies Record<string, EndpointEntry>
