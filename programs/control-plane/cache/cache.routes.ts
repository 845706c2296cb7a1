import type { CachePurge } from '@seaworthy/routes'
import type { Implementations } from '../http/endpoint-implementation.ts'

export interface CacheRoutesOptions {
  /** Resolves once no thread of the edge holds what is meant. */
  purgeCache(purge: CachePurge): Promise<{ purged: number }>
}

export function cacheRoutes({ purgeCache }: CacheRoutesOptions): Implementations {
  return {
    'cache.purge': {
      async answer({ app, body: { path, prefix }, audit }) {
        const selector = {
          ...(path === undefined ? {} : { path }),
          ...(prefix === undefined ? {} : { prefix }),
        }
        const { purged } = await purgeCache({ appId: app.id, ...selector })
        audit({ after: { ...selector, purged } })
        return { purged }
      },
    },
  }
}
