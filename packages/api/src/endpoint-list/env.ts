import type { EndpointEntry } from '../endpoint-list.ts'

export type EnvAction = 'secret:readers' | 'shared-env:read' | 'shared-env:write'

const APP_ENV = '/api/v1/apps/{slug}/env'
const TEAM_ENV = '/api/v1/teams/{team}/env'
const SHARED = `${TEAM_ENV}/{environment}` as const

export const envEndpoints = {
  'env.version': {
    method: 'GET',
    path: `${APP_ENV}/versions/{version}`,
    action: 'env:read',
    tag: 'env',
    summary: 'Show who made a version of the env, when, and what it changed',
  },
  'env.diff': {
    method: 'GET',
    path: `${APP_ENV}/diff`,
    action: 'env:read',
    tag: 'env',
    summary: 'Compare two versions of the env',
  },
  'env.restore': {
    method: 'POST',
    path: `${APP_ENV}/restore`,
    action: 'env:write',
    tag: 'env',
    summary: 'Set everything as an old version had it',
  },
  'env.export': {
    method: 'GET',
    path: `${APP_ENV}/export`,
    action: 'env:read',
    tag: 'env',
    summary: 'Give the env as a .env file, without the values of secrets',
  },
  'env.readers': {
    method: 'GET',
    path: `${APP_ENV}/readers/{key}`,
    action: 'secret:readers',
    tag: 'env',
    summary: 'Tell who can make the app use a variable, and what was given it last',
  },

  'sharedEnv.list': {
    method: 'GET',
    path: TEAM_ENV,
    action: 'shared-env:read',
    tag: 'env',
    summary: 'List what a team shares with its apps, by environment',
  },
  'sharedEnv.get': {
    method: 'GET',
    path: SHARED,
    action: 'shared-env:read',
    tag: 'env',
    summary: 'Show the shared variables of an environment, secrets masked',
  },
  'sharedEnv.update': {
    method: 'PATCH',
    path: SHARED,
    action: 'shared-env:write',
    tag: 'env',
    summary: 'Set and unset shared variables',
  },
  'sharedEnv.import': {
    method: 'POST',
    path: `${SHARED}/import`,
    action: 'shared-env:write',
    tag: 'env',
    summary: 'Set the shared variables of a .env file',
  },
  'sharedEnv.restore': {
    method: 'POST',
    path: `${SHARED}/restore`,
    action: 'shared-env:write',
    tag: 'env',
    summary: 'Set all shared variables as an old version had them',
  },
  'sharedEnv.export': {
    method: 'GET',
    path: `${SHARED}/export`,
    action: 'shared-env:read',
    tag: 'env',
    summary: 'Give the shared variables as a .env file, without the values of secrets',
  },
  'sharedEnv.versions': {
    method: 'GET',
    path: `${SHARED}/versions`,
    action: 'shared-env:read',
    tag: 'env',
    summary: 'List the versions of the shared variables',
  },
  'sharedEnv.version': {
    method: 'GET',
    path: `${SHARED}/versions/{version}`,
    action: 'shared-env:read',
    tag: 'env',
    summary: 'Show who made a version of the shared variables, when, and what it changed',
  },
  'sharedEnv.diff': {
    method: 'GET',
    path: `${SHARED}/diff`,
    action: 'shared-env:read',
    tag: 'env',
    summary: 'Compare two versions of the shared variables',
  },
} as const satisfies Record<string, EndpointEntry>
