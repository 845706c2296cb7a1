import type { EndpointEntry } from '../endpoint-list.ts'

export type FactorAction =
  | 'session:refresh'
  | 'session:confirm'
  | 'factor:read'
  | 'factor:write'
  | 'factor:codes'
  | 'factor:reset'
  | 'passkey:read'
  | 'passkey:write'
  | 'device:start'
  | 'device:read'
  | 'device:decide'

const FACTOR = '/api/v1/account/second-factor'
const PASSKEYS = '/api/v1/account/passkeys'
const DEVICE = '/api/v1/device'

export const factorEndpoints = {
  'session.finish': {
    method: 'POST',
    path: '/api/v1/session/second-factor',
    action: 'session:create',
    tag: 'session',
    success: 201,
    summary: 'Finish a sign-in with a code of the second factor',
  },
  'session.refresh': {
    method: 'POST',
    path: '/api/v1/session/refresh',
    action: 'session:refresh',
    tag: 'session',
    summary: 'Exchange a refresh token for new tokens',
  },
  'session.confirm': {
    method: 'POST',
    path: '/api/v1/session/confirm',
    action: 'session:confirm',
    tag: 'session',
    summary: 'Prove that you are there, for what needs a sign-in of the last 15 minutes',
  },
  'session.passkey-begin': {
    method: 'POST',
    path: '/api/v1/session/passkey/begin',
    action: 'session:create',
    tag: 'session',
    summary: 'Begin a sign-in with a passkey',
  },
  'session.passkey': {
    method: 'POST',
    path: '/api/v1/session/passkey',
    action: 'session:create',
    tag: 'session',
    success: 201,
    summary: 'Sign in with a passkey',
  },

  'factor.get': {
    method: 'GET',
    path: FACTOR,
    action: 'factor:read',
    tag: 'accounts',
    summary: 'Tell whether your second factor is on',
  },
  'factor.start': {
    method: 'POST',
    path: FACTOR,
    action: 'factor:write',
    tag: 'accounts',
    success: 201,
    summary: 'Begin to set up an authenticator app',
  },
  'factor.confirm': {
    method: 'POST',
    path: `${FACTOR}/confirm`,
    action: 'factor:write',
    tag: 'accounts',
    summary: 'Switch the second factor on with its first code; answers the recovery codes',
  },
  'factor.codes': {
    method: 'POST',
    path: `${FACTOR}/recovery-codes`,
    action: 'factor:codes',
    tag: 'accounts',
    summary: 'Replace your recovery codes',
  },
  'factor.disable': {
    method: 'DELETE',
    path: FACTOR,
    action: 'factor:write',
    tag: 'accounts',
    summary: 'Switch the second factor off',
  },
  'factor.reset': {
    method: 'DELETE',
    path: '/api/v1/people/{person}/second-factor',
    action: 'factor:reset',
    tag: 'people',
    summary: 'Switch off the second factor of somebody who lost it; all their sessions end',
  },

  'passkeys.list': {
    method: 'GET',
    path: PASSKEYS,
    action: 'passkey:read',
    tag: 'accounts',
    summary: 'List your passkeys',
  },
  'passkeys.begin': {
    method: 'POST',
    path: '/api/v1/account/passkey-registration',
    action: 'passkey:write',
    tag: 'accounts',
    summary: 'Begin to add a passkey',
  },
  'passkeys.add': {
    method: 'POST',
    path: PASSKEYS,
    action: 'passkey:write',
    tag: 'accounts',
    success: 201,
    summary: 'Add a passkey',
  },
  'passkeys.remove': {
    method: 'DELETE',
    path: `${PASSKEYS}/{id}`,
    action: 'passkey:write',
    tag: 'accounts',
    summary: 'Remove a passkey',
  },

  'device.start': {
    method: 'POST',
    path: DEVICE,
    action: 'device:start',
    tag: 'session',
    success: 201,
    summary: 'Ask for a code that signs a program in (RFC 8628)',
  },
  'device.token': {
    method: 'POST',
    path: `${DEVICE}/token`,
    action: 'session:create',
    tag: 'session',
    success: 201,
    summary: 'Get the tokens once the code was approved',
  },
  'device.get': {
    method: 'GET',
    path: `${DEVICE}/codes/{userCode}`,
    action: 'device:read',
    tag: 'session',
    summary: 'Tell who asks to be signed in with a code',
  },
  'device.approve': {
    method: 'POST',
    path: `${DEVICE}/codes/{userCode}/approve`,
    action: 'device:decide',
    tag: 'session',
    summary: 'Sign a program in as yourself',
  },
  'device.deny': {
    method: 'POST',
    path: `${DEVICE}/codes/{userCode}/deny`,
    action: 'device:decide',
    tag: 'session',
    summary: 'Refuse to sign a program in',
  },
} as const satisfies Record<string, EndpointEntry>
