import type { EndpointEntry } from '../endpoint-list.ts'

export type DiskAction = 'disk:read' | 'disk:reclaim'

export const diskEndpoints = {
  'disk.get': {
    method: 'GET',
    path: '/api/v1/disk',
    action: 'disk:read',
    tag: 'platform',
    summary: 'Show what takes the disk of the server, and when it will be full (for administrators)',
  },
  'disk.reclaim': {
    method: 'POST',
    path: '/api/v1/disk/reclaim',
    action: 'disk:reclaim',
    tag: 'platform',
    summary: 'Remove what the platform made and nothing refers to any more, or tell what that is',
  },
} as const satisfies Record<string, EndpointEntry>
