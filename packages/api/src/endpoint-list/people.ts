import type { EndpointEntry } from '../endpoint-list.ts'

export type PeopleAction =
  | 'account:export'
  | 'account:delete'
  | 'deletion:read'
  | 'mail:test'
  | `person:${'read' | 'update' | 'delete'}`

const PEOPLE = '/api/v1/people'
const EXPORT = '/api/v1/account/export'

export const peopleEndpoints = {
  'account.export': {
    method: 'POST',
    path: EXPORT,
    action: 'account:export',
    tag: 'people',
    success: 202,
    summary: 'Gather everything that the platform knows about oneself',
  },
  'account.exportState': {
    method: 'GET',
    path: EXPORT,
    action: 'account:export',
    tag: 'people',
    summary: 'Tell how far the own export is',
  },
  'account.exportFile': {
    method: 'GET',
    path: `${EXPORT}/file`,
    action: 'account:export',
    tag: 'people',
    download: true,
    summary: 'Download the own export',
  },
  'account.delete': {
    method: 'POST',
    path: '/api/v1/account/delete',
    action: 'account:delete',
    tag: 'people',
    success: 202,
    summary: 'Delete the own account',
  },
  'deletions.get': {
    method: 'GET',
    path: '/api/v1/deletions/{code}',
    action: 'deletion:read',
    tag: 'people',
    summary: 'Show the receipt of a deleted account, by its code',
  },

  'people.list': {
    method: 'GET',
    path: PEOPLE,
    action: 'person:read',
    tag: 'people',
    summary: 'List the people of the platform',
  },
  'people.get': {
    method: 'GET',
    path: `${PEOPLE}/{person}`,
    action: 'person:read',
    tag: 'people',
    summary: 'Show a person',
  },
  'people.update': {
    method: 'PATCH',
    path: `${PEOPLE}/{person}`,
    action: 'person:update',
    tag: 'people',
    summary: 'Make somebody an administrator of the platform or a member, suspend or readmit them',
  },
  'people.delete': {
    method: 'DELETE',
    path: `${PEOPLE}/{person}`,
    action: 'person:delete',
    tag: 'people',
    success: 202,
    summary: "Delete a person's account",
  },

  'mail.test': {
    method: 'POST',
    path: '/api/v1/mail/test',
    action: 'mail:test',
    tag: 'platform',
    summary: 'Send a test mail and tell how it went',
  },
} as const satisfies Record<string, EndpointEntry>
