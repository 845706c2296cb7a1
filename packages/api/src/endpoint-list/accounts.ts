import type { EndpointEntry } from '../endpoint-list.ts'

export type AccountAction =
  | 'session:mail-link'
  | 'sessions:read'
  | 'sessions:end'
  | 'account:read'
  | 'account:update'
  | 'account:password'
  | 'account:email'
  | 'password:forgot'
  | 'password:reset'
  | 'password:reset-link'

export const accountEndpoints = {
  'session.mail-link': {
    method: 'POST',
    path: '/api/v1/session/link',
    action: 'session:mail-link',
    tag: 'session',
    success: 202,
    summary: 'Ask for a mail with a link that signs in',
  },
  'session.open-link': {
    method: 'POST',
    path: '/api/v1/session/link/open',
    action: 'session:create',
    tag: 'session',
    success: 201,
    summary: 'Sign in with the link of a mail',
  },
  'sessions.list': {
    method: 'GET',
    path: '/api/v1/sessions',
    action: 'sessions:read',
    tag: 'session',
    summary: 'List your sessions, the last used first',
  },
  'sessions.end': {
    method: 'DELETE',
    path: '/api/v1/sessions/{id}',
    action: 'sessions:end',
    tag: 'session',
    summary: 'End one of your sessions',
  },
  'sessions.end-all': {
    method: 'DELETE',
    path: '/api/v1/sessions',
    action: 'sessions:end',
    tag: 'session',
    summary: 'Sign out everywhere',
  },
  'account.get': {
    method: 'GET',
    path: '/api/v1/account',
    action: 'account:read',
    tag: 'accounts',
    summary: 'Show your account',
  },
  'account.update': {
    method: 'PATCH',
    path: '/api/v1/account',
    action: 'account:update',
    tag: 'accounts',
    summary: 'Change your name',
  },
  'account.password': {
    method: 'PUT',
    path: '/api/v1/account/password',
    action: 'account:password',
    tag: 'accounts',
    summary: 'Change your password; all your other sessions end',
  },
  'account.email': {
    method: 'PUT',
    path: '/api/v1/account/email',
    action: 'account:email',
    tag: 'accounts',
    success: 202,
    summary: 'Ask for a new e-mail address, which a mail to it confirms',
  },
  'account.confirm-email': {
    method: 'POST',
    path: '/api/v1/account/email/confirm',
    action: 'account:email',
    tag: 'accounts',
    summary: 'Confirm a new e-mail address with the link that was mailed to it',
  },
  'password.forgot': {
    method: 'POST',
    path: '/api/v1/password/forgot',
    action: 'password:forgot',
    tag: 'accounts',
    success: 202,
    summary: 'Ask for a mail with a link to choose a new password',
  },
  'password.reset': {
    method: 'POST',
    path: '/api/v1/password/reset',
    action: 'password:reset',
    tag: 'accounts',
    summary: 'Choose a new password with the link of a mail; all your sessions end',
  },
  'password.reset-link': {
    method: 'POST',
    path: '/api/v1/password/reset-link',
    action: 'password:reset-link',
    tag: 'accounts',
    success: 201,
    summary: 'Make a link for somebody who forgot their password (on the machine itself)',
  },
} as const satisfies Record<string, EndpointEntry>
