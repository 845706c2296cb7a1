import { once } from 'node:events'
import type { Logger } from '../log.ts'
import type { RateLimitStore } from './rate-limit-store.ts'

export interface RedisStore extends RateLimitStore {
  /** Resolves once the server can be asked; counts before that are kept in memory. */
  connected(): Promise<void>
  close(): void
}

/**
 * Counts in Redis: shared by all processes that use it, without a write to a disk. Loads the package `ioredis`, which
 * the program has to bring. Does not wait for the connection: while there is none, limiters count in memory.
 * @param url `redis://…` or `rediss://…`
 */
export async function redisStore({ url, log }: { url: string; log: Logger }): Promise<RedisStore> {
  const { default: RateLimiterRedis } = await import('rate-limiter-flexible/lib/RateLimiterRedis.js')
  const { Redis } = await import('ioredis')
  const client = new Redis(url, {
    // A request must not wait for a Redis that is away.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    retryStrategy: attempt => Math.min(100 * 2 ** attempt, 5_000),
  })
  // Without a listener, a lost connection would end the process.
  client.on('error', error => log.debug({ err: error }, 'redis connection failed'))
  return {
    isLocal: false,
    createLimiter: options =>
      new RateLimiterRedis({
        ...options,
        keyPrefix: `rate-limit:${options.keyPrefix}`,
        storeClient: client,
        rejectIfRedisNotReady: true,
        inMemoryBlockOnConsumed: options.points + 1,
      }),
    connected: async () => {
      if (client.status !== 'ready') await once(client, 'ready')
    },
    close: () => client.disconnect(),
  }
}
