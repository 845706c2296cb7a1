/**
 * Every endpoint of the API, without its schemas, so that a client starts without loading them
 * (they are in `endpoint-schemas.ts`, under the same names).
 */
import { type AccountAction, accountEndpoints } from './endpoint-list/accounts.ts'
import { type AppJobAction, appJobEndpoints } from './endpoint-list/app-jobs.ts'
import { type ApprovalAction, approvalEndpoints } from './endpoint-list/approvals.ts'
import { type AuditAction, auditEndpoints } from './endpoint-list/audit.ts'
import { type CacheAction, cacheEndpoints } from './endpoint-list/cache.ts'
import { type DiskAction, diskEndpoints } from './endpoint-list/disk.ts'
import { type DomainAction, domainEndpoints } from './endpoint-list/domains.ts'
import { type EnvAction, envEndpoints } from './endpoint-list/env.ts'
import { type ExecAction, execEndpoints } from './endpoint-list/exec.ts'
import { type FactorAction, factorEndpoints } from './endpoint-list/factors.ts'
import { type FileAction, fileEndpoints } from './endpoint-list/files.ts'
import { type ImageAction, imageEndpoints } from './endpoint-list/images.ts'
import { type KeyAction, keyEndpoints } from './endpoint-list/keys.ts'
import { type LimitAction, limitEndpoints } from './endpoint-list/limits.ts'
import { type PeopleAction, peopleEndpoints } from './endpoint-list/people.ts'
import { type PlatformAction, platformEndpoints } from './endpoint-list/platform.ts'
import { type QuotaAction, quotaEndpoints } from './endpoint-list/quotas.ts'
import { type SightAction, sightEndpoints } from './endpoint-list/sight.ts'
import { type TeamAction, teamEndpoints } from './endpoint-list/teams.ts'
import { type TokenAction, tokenEndpoints } from './endpoint-list/tokens.ts'
import { type TrafficAction, trafficEndpoints } from './endpoint-list/traffic.ts'

export interface EndpointEntry {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` for parameters, as OpenAPI writes them. */
  path: string
  /** What the policy is asked: may this actor do this? */
  action: Action
  summary: string
  tag: Tag
  /** 200 when missing. */
  success?: 201 | 202
  /** Answers with server-sent events: always, or when the query says `follow=true`. */
  stream?: StreamKind
  /** Answers with a file instead of JSON; `data` is null. */
  download?: true
  /** Becomes a WebSocket; `data` is null. */
  socket?: true
  /** Takes a multipart form with the file field `archive` as well as JSON. */
  upload?: true
  /** The path does not tell which team or app it is about: the handler finds out and asks the policy itself. */
  resource?: 'handler'
}

export interface StreamKind {
  when: 'always' | 'follow'
  /** The events after which the server closes the stream; without one it goes on until the client leaves. */
  last?: readonly string[]
}

export type Tag =
  | 'setup'
  | 'session'
  | 'apps'
  | 'deployments'
  | 'domains'
  | 'builds'
  | 'releases'
  | 'files'
  | 'traffic'
  | 'images'
  | 'env'
  | 'instances'
  | 'observe'
  | 'platform'
  | 'accounts'
  | 'teams'
  | 'tokens'
  | 'audit'
  | 'quotas'
  | 'people'

/** `public` actions need nobody; `local` ones the machine's own administrator; all others an owner. */
export type Action =
  | AccountAction
  | AppJobAction
  | ApprovalAction
  | AuditAction
  | CacheAction
  | DiskAction
  | DomainAction
  | EnvAction
  | ExecAction
  | FactorAction
  | FileAction
  | KeyAction
  | PeopleAction
  | PlatformAction
  | QuotaAction
  | ImageAction
  | SightAction
  | TeamAction
  | TokenAction
  | TrafficAction
  | LimitAction
  | 'setup:read'
  | 'setup:claim'
  | 'setup:link'
  | 'session:create'
  | 'session:read'
  | 'session:delete'
  | `${'app' | 'deployment' | 'build' | 'release' | 'env' | 'instance' | 'log' | 'event' | 'job'}:read`
  | 'apps:list'
  | 'events:list'
  | 'app:create'
  | 'app:update'
  | 'app:delete'
  | 'app:restore'
  | 'app:purge'
  | 'app:deploy'
  | 'app:run'
  | 'app:scale'
  | 'app:restart'
  | 'app:stop'
  | 'app:start'
  | 'deployment:cancel'
  | 'env:write'
  | 'job:cancel'
  | 'job:retry'
  | 'platform:read'

const APPS = '/api/v1/apps'
const APP = `${APPS}/{slug}` as const

export const endpointList = {
  'setup.get': {
    method: 'GET',
    path: '/api/v1/setup',
    action: 'setup:read',
    tag: 'setup',
    summary: 'Tell whether the platform has its owner',
  },
  'setup.claim': {
    method: 'POST',
    path: '/api/v1/setup',
    action: 'setup:claim',
    tag: 'setup',
    success: 201,
    summary: 'Become the owner with the one-time setup link',
  },
  'setup.link': {
    method: 'POST',
    path: '/api/v1/setup/link',
    action: 'setup:link',
    tag: 'setup',
    success: 201,
    summary: 'Make a new one-time setup link (on the machine itself)',
  },

  'session.create': {
    method: 'POST',
    path: '/api/v1/session',
    action: 'session:create',
    tag: 'session',
    success: 201,
    summary: 'Sign in',
  },
  'session.get': {
    method: 'GET',
    path: '/api/v1/session',
    action: 'session:read',
    tag: 'session',
    summary: 'Tell who is signed in',
  },
  'session.delete': {
    method: 'DELETE',
    path: '/api/v1/session',
    action: 'session:delete',
    tag: 'session',
    summary: 'Sign out',
  },

  'apps.list': { method: 'GET', path: APPS, action: 'apps:list', tag: 'apps', summary: 'List the apps' },
  'apps.create': {
    method: 'POST',
    path: APPS,
    action: 'app:create',
    resource: 'handler',
    tag: 'apps',
    success: 201,
    summary: 'Create an app',
  },
  'apps.get': { method: 'GET', path: APP, action: 'app:read', tag: 'apps', summary: 'Show an app' },
  'apps.update': {
    method: 'PATCH',
    path: APP,
    action: 'app:update',
    tag: 'apps',
    summary: 'Change the settings of an app',
  },
  'apps.delete': {
    method: 'DELETE',
    path: APP,
    action: 'app:delete',
    tag: 'apps',
    summary: 'Stop an app and put it in the trash',
  },
  'trash.list': {
    method: 'GET',
    path: '/api/v1/trash',
    action: 'apps:list',
    tag: 'apps',
    summary: 'List the apps in the trash',
  },
  'trash.restore': {
    method: 'POST',
    path: '/api/v1/trash/{id}/restore',
    action: 'app:restore',
    resource: 'handler',
    tag: 'apps',
    summary: 'Take an app out of the trash',
  },
  'trash.empty': {
    method: 'DELETE',
    path: '/api/v1/trash/{id}',
    action: 'app:purge',
    resource: 'handler',
    tag: 'apps',
    success: 202,
    summary: 'Remove an app that is in the trash for good, with all of its data',
  },

  'deployments.create': {
    method: 'POST',
    path: `${APP}/deployments`,
    action: 'app:deploy',
    tag: 'deployments',
    success: 202,
    upload: true,
    summary: 'Deploy an archive, a git repository, the latest code or the same code again',
  },
  'deployments.list': {
    method: 'GET',
    path: `${APP}/deployments`,
    action: 'deployment:read',
    tag: 'deployments',
    summary: 'List the deployments of an app',
  },
  'deployments.get': {
    method: 'GET',
    path: `${APP}/deployments/{number}`,
    action: 'deployment:read',
    tag: 'deployments',
    summary: 'Show a deployment',
  },
  'deployments.cancel': {
    method: 'POST',
    path: `${APP}/deployments/{number}/cancel`,
    action: 'deployment:cancel',
    tag: 'deployments',
    summary: 'Cancel a deployment that has not switched yet',
  },
  'deployments.events': {
    method: 'GET',
    path: `${APP}/deployments/{number}/events`,
    action: 'deployment:read',
    tag: 'deployments',
    stream: { when: 'always', last: ['end'] },
    summary: 'Follow a deployment from its start to its end',
  },
  'deployments.receipt': {
    method: 'GET',
    path: `${APP}/deployments/{number}/receipt`,
    action: 'deployment:read',
    tag: 'deployments',
    summary: 'Show what real traffic saw while a deployment switched',
  },

  'builds.list': {
    method: 'GET',
    path: `${APP}/builds`,
    action: 'build:read',
    tag: 'builds',
    summary: 'List the builds of an app',
  },
  'builds.get': {
    method: 'GET',
    path: `${APP}/builds/{number}`,
    action: 'build:read',
    tag: 'builds',
    summary: 'Show a build',
  },
  'builds.log': {
    method: 'GET',
    path: `${APP}/builds/{number}/log`,
    action: 'build:read',
    tag: 'builds',
    stream: { when: 'follow', last: ['end'] },
    summary: 'Read or follow the log of a build',
  },
  'builds.downloadLog': {
    method: 'GET',
    path: `${APP}/builds/{number}/log/content`,
    action: 'build:read',
    tag: 'builds',
    download: true,
    summary: 'Download the whole log of a build as plain text',
  },

  'releases.list': {
    method: 'GET',
    path: `${APP}/releases`,
    action: 'release:read',
    tag: 'releases',
    summary: 'List the releases of an app',
  },
  'releases.get': {
    method: 'GET',
    path: `${APP}/releases/{version}`,
    action: 'release:read',
    tag: 'releases',
    summary: 'Show a release',
  },
  'releases.rollback': {
    method: 'POST',
    path: `${APP}/rollback`,
    action: 'app:deploy',
    tag: 'releases',
    success: 202,
    summary: 'Go back to an earlier release',
  },

  'env.get': {
    method: 'GET',
    path: `${APP}/env`,
    action: 'env:read',
    tag: 'env',
    summary: 'Show the env, secrets masked',
  },
  'env.update': {
    method: 'PATCH',
    path: `${APP}/env`,
    action: 'env:write',
    tag: 'env',
    summary: 'Set and unset variables',
  },
  'env.import': {
    method: 'POST',
    path: `${APP}/env/import`,
    action: 'env:write',
    tag: 'env',
    summary: 'Set the variables of a .env file',
  },
  'env.versions': {
    method: 'GET',
    path: `${APP}/env/versions`,
    action: 'env:read',
    tag: 'env',
    summary: 'List the versions of the env',
  },

  'instances.list': {
    method: 'GET',
    path: `${APP}/instances`,
    action: 'instance:read',
    tag: 'instances',
    summary: 'List the instances of an app',
  },
  'apps.scale': {
    method: 'PUT',
    path: `${APP}/scale`,
    action: 'app:scale',
    tag: 'instances',
    summary: 'Set how many instances each process has',
  },
  'apps.restart': {
    method: 'POST',
    path: `${APP}/restart`,
    action: 'app:restart',
    tag: 'instances',
    success: 202,
    summary: 'Replace all instances by fresh ones',
  },
  'apps.stop': {
    method: 'POST',
    path: `${APP}/stop`,
    action: 'app:stop',
    tag: 'instances',
    summary: 'Stop an app until somebody starts it; how many instances it has is kept',
  },
  'apps.start': {
    method: 'POST',
    path: `${APP}/start`,
    action: 'app:start',
    tag: 'instances',
    summary: 'Start a stopped app again, with as many instances as before',
  },
  'apps.run': {
    method: 'POST',
    path: `${APP}/run`,
    action: 'app:run',
    tag: 'instances',
    stream: { when: 'always', last: ['exit', 'error'] },
    summary: 'Run a command in a fresh instance of the current release',
  },

  'logs.query': {
    method: 'GET',
    path: `${APP}/logs`,
    action: 'log:read',
    tag: 'observe',
    stream: { when: 'follow' },
    summary: 'Search or follow the log lines of an app',
  },
  'events.app': {
    method: 'GET',
    path: `${APP}/events`,
    action: 'event:read',
    tag: 'observe',
    summary: 'List what happened to an app',
  },
  'events.list': {
    method: 'GET',
    path: '/api/v1/events',
    action: 'events:list',
    tag: 'observe',
    summary: 'List what happened on the platform',
  },

  'jobs.list': {
    method: 'GET',
    path: '/api/v1/jobs',
    action: 'job:read',
    tag: 'platform',
    summary: 'List the jobs',
  },
  'jobs.get': {
    method: 'GET',
    path: '/api/v1/jobs/{id}',
    action: 'job:read',
    tag: 'platform',
    summary: 'Show a job',
  },
  'jobs.cancel': {
    method: 'POST',
    path: '/api/v1/jobs/{id}/cancel',
    action: 'job:cancel',
    tag: 'platform',
    summary: 'Cancel a job',
  },
  'jobs.retry': {
    method: 'POST',
    path: '/api/v1/jobs/{id}/retry',
    action: 'job:retry',
    tag: 'platform',
    summary: 'Run a failed job again',
  },
  'status.get': {
    method: 'GET',
    path: '/api/v1/status',
    action: 'platform:read',
    tag: 'platform',
    summary: 'Show how the platform is',
  },
  ...accountEndpoints,
  ...appJobEndpoints,
  ...approvalEndpoints,
  ...auditEndpoints,
  ...cacheEndpoints,
  ...diskEndpoints,
  ...execEndpoints,
  ...domainEndpoints,
  ...envEndpoints,
  ...factorEndpoints,
  ...keyEndpoints,
  ...peopleEndpoints,
  ...platformEndpoints,
  ...quotaEndpoints,
  ...fileEndpoints,
  ...imageEndpoints,
  ...sightEndpoints,
  ...teamEndpoints,
  ...tokenEndpoints,
  ...trafficEndpoints,
  ...limitEndpoints,
} as const satisfies Record<string, EndpointEntry>

export type EndpointId = keyof typeof endpointList
