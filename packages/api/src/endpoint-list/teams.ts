import type { EndpointEntry } from '../endpoint-list.ts'

export type TeamAction =
  | 'teams:list'
  | `team:${'create' | 'read' | 'update' | 'delete' | 'leave'}`
  | `member:${'read' | 'update' | 'remove'}`
  | `invitation:${'read' | 'create' | 'revoke' | 'open' | 'join' | 'accept'}`
  | `grant:${'read' | 'write'}`
  | `access:${'person' | 'team' | 'app'}`
  /** Giving an app away, and taking one in: both are asked when an app changes its team. */
  | `app:${'transfer' | 'receive'}`
  /** Deploying from a folder of the platform's own machine. */
  | 'source:local'

const TEAMS = '/api/v1/teams'
const TEAM = `${TEAMS}/{team}` as const
const MEMBER = `${TEAM}/members/{person}` as const
const INVITATIONS = '/api/v1/invitations'
const APP = '/api/v1/apps/{slug}'

export const teamEndpoints = {
  'teams.list': {
    method: 'GET',
    path: TEAMS,
    action: 'teams:list',
    tag: 'teams',
    summary: 'List your teams',
  },
  'teams.create': {
    method: 'POST',
    path: TEAMS,
    action: 'team:create',
    tag: 'teams',
    success: 201,
    summary: 'Create a team, and be its owner',
  },
  'teams.get': { method: 'GET', path: TEAM, action: 'team:read', tag: 'teams', summary: 'Show a team' },
  'teams.update': {
    method: 'PATCH',
    path: TEAM,
    action: 'team:update',
    tag: 'teams',
    summary: 'Rename a team',
  },
  'teams.delete': {
    method: 'DELETE',
    path: TEAM,
    action: 'team:delete',
    tag: 'teams',
    summary: 'Delete a team that has no apps',
  },
  'teams.leave': {
    method: 'POST',
    path: `${TEAM}/leave`,
    action: 'team:leave',
    tag: 'teams',
    summary: 'Leave a team',
  },

  'members.list': {
    method: 'GET',
    path: `${TEAM}/members`,
    action: 'member:read',
    tag: 'teams',
    summary: 'List the members of a team',
  },
  'members.update': {
    method: 'PATCH',
    path: MEMBER,
    action: 'member:update',
    tag: 'teams',
    summary: 'Change the role of a member',
  },
  'members.remove': {
    method: 'DELETE',
    path: MEMBER,
    action: 'member:remove',
    tag: 'teams',
    summary: 'Take a member out of a team',
  },

  'invitations.list': {
    method: 'GET',
    path: `${TEAM}/invitations`,
    action: 'invitation:read',
    tag: 'teams',
    summary: 'List the invitations to a team',
  },
  'invitations.create': {
    method: 'POST',
    path: `${TEAM}/invitations`,
    action: 'invitation:create',
    tag: 'teams',
    success: 201,
    summary: 'Invite a person by mail, or make a link for one',
  },
  'invitations.revoke': {
    method: 'DELETE',
    path: `${TEAM}/invitations/{id}`,
    action: 'invitation:revoke',
    tag: 'teams',
    summary: 'Make an invitation worthless',
  },
  'invitations.open': {
    method: 'POST',
    path: `${INVITATIONS}/open`,
    action: 'invitation:open',
    tag: 'teams',
    summary: 'Show what an invitation link is for',
  },
  'invitations.accept': {
    method: 'POST',
    path: `${INVITATIONS}/accept`,
    action: 'invitation:accept',
    tag: 'teams',
    summary: 'Accept an invitation as the person who is signed in',
  },
  'invitations.join': {
    method: 'POST',
    path: `${INVITATIONS}/join`,
    action: 'invitation:join',
    tag: 'teams',
    success: 201,
    summary: 'Accept an invitation as a new person',
  },

  'grants.list': {
    method: 'GET',
    path: `${APP}/grants`,
    action: 'grant:read',
    tag: 'teams',
    summary: 'List who has a role on this app alone',
  },
  'grants.set': {
    method: 'PUT',
    path: `${APP}/grants/{person}`,
    action: 'grant:write',
    tag: 'teams',
    summary: 'Give a person a role on this app alone',
  },
  'grants.remove': {
    method: 'DELETE',
    path: `${APP}/grants/{person}`,
    action: 'grant:write',
    tag: 'teams',
    summary: 'Take a role on this app back',
  },
  'apps.transfer': {
    method: 'POST',
    path: `${APP}/transfer`,
    action: 'app:transfer',
    tag: 'teams',
    summary: 'Hand an app to another team',
  },

  'access.person': {
    method: 'GET',
    path: '/api/v1/access/people/{person}',
    action: 'access:person',
    tag: 'teams',
    summary: 'Tell what a person may do, and why',
  },
  'access.app': {
    method: 'GET',
    path: `${APP}/access`,
    action: 'access:app',
    tag: 'teams',
    summary: 'Tell who may do what on an app, and why',
  },
} as const satisfies Record<string, EndpointEntry>
