export { addressKey } from './client-address.ts'
export { type MemoryStoreOptions, memoryStore } from './memory-store.ts'
export {
  type RateLimitOptions,
  type RateLimitRule,
  rateLimit,
  rateLimitErrors,
} from './rate-limit-plugin.ts'
export type { CountChange, CountedWindow, Counters, RateLimitStore } from './rate-limit-store.ts'
export {
  createRateLimiter,
  type RateLimiter,
  type RateLimiterOptions,
  type RateLimitVerdict,
} from './rate-limiter.ts'
export { type RedisStore, redisStore } from './redis-store.ts'
export { type SqlStoreOptions, sqlStore } from './sql-store.ts'
