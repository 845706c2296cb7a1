/** Where the counts of rate limits live. */
import type { Logger } from '@seaworthy/kit'
import { memoryStore, type RateLimitStore, redisStore, sqlStore } from '@seaworthy/kit/rate-limit'
import { CompiledQuery } from 'kysely'
import type { Store } from '../store/database.ts'

export interface RateLimitStores {
  /**
   * For every request. In memory with SQLite, which has one control plane by design: a durable write for each
   * request would cost a wait for the disk.
   */
  general: RateLimitStore
  /** For what must hold over a restart: signing in, registering, sending mail. */
  durable: RateLimitStore
  close(): void
}

/** Redis where one is given, else the database. Never waits for Redis: while it is away, limits count in memory. */
export async function openRateLimitStores({
  store,
  redisUrl,
  log,
}: {
  store: Store
  redisUrl?: string | undefined
  log: Logger
}): Promise<RateLimitStores> {
  if (redisUrl !== undefined) {
    const redis = await redisStore({ url: redisUrl, log })
    return { general: redis, durable: redis, close: () => redis.close() }
  }
  const durable = databaseRateLimitStore(store)
  return { general: store.kind === 'postgres' ? durable : memoryStore(), durable, close() {} }
}

export function databaseRateLimitStore({ db, kind }: Store): RateLimitStore {
  return sqlStore({
    dialect: kind,
    query: async (sql, values) => (await db.executeQuery(CompiledQuery.raw(sql, [...values]))).rows,
  })
}
