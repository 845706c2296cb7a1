import type { EndpointEntry } from '../endpoint-list.ts'

export type CacheAction = 'cache:purge'

export const cacheEndpoints = {
  'cache.purge': {
    method: 'POST',
    path: '/api/v1/apps/{slug}/cache/purge',
    action: 'cache:purge',
    tag: 'traffic',
    summary: 'Forget answers of an app that the edge stores: one path, all under a prefix, or all',
  },
} as const satisfies Record<string, EndpointEntry>
