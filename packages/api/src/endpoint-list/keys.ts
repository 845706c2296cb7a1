import type { EndpointEntry } from '../endpoint-list.ts'

export type KeyAction = 'keys:read' | 'keys:rotate'

export const keyEndpoints = {
  'keys.list': {
    method: 'GET',
    path: '/api/v1/keys',
    action: 'keys:read',
    tag: 'platform',
    summary: 'List the master keys by their ids, with how many secrets each has sealed',
  },
  'keys.rotate': {
    method: 'POST',
    path: '/api/v1/keys/rotate',
    action: 'keys:rotate',
    tag: 'platform',
    success: 202,
    summary: 'Make a new master key and seal every secret anew',
  },
} as const satisfies Record<string, EndpointEntry>
