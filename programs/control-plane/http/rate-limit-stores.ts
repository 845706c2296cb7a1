/** Where the counts of rate limits live. */
import type { Logger } from '@seaworthy/kit'
import { memoryStore, type RateLimitStore, redisStore, sqlStore } from '@seaworthy/kit/rate-limit'
import { CompiledQuery } from 'kysely'
import type { Store } from '../store/database.ts'

export interface RequestCounts {
  store: RateLimitStore
  close(): void
}

/**
 * Where every request is counted: in Redis where one is given, else in PostgreSQL. In memory with SQLite, which has one
 * control plane by design: a durable write for each request would cost a wait for the disk. Never waits for Redis:
 * while it is away, requests are counted in memory.
 */
export async function openRequestCounts({
  store,
  redisUrl,
  log,
}: {
  store: Store
  redisUrl?: string | undefined
  log: Logger
}): Promise<RequestCounts> {
  if (redisUrl !== undefined) {
    const redis = await redisStore({ url: redisUrl, log })
    return { store: redis, close: () => redis.close() }
  }
  return { store: store.kind === 'postgres' ? databaseRateLimitStore(store) : memoryStore(), close() {} }
}

/** For what must hold over every restart: signing in, registering, sending mail. */
export function databaseRateLimitStore({ db, kind }: Store): RateLimitStore {
  return sqlStore({
    dialect: kind,
    query: async (sql, values) => (await db.executeQuery(CompiledQuery.raw(sql, [...values]))).rows,
  })
}
