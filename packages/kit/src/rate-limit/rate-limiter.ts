import { hash } from 'node:crypto'
import type { RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible'
import type { Logger } from '../log.ts'
import { memoryStore } from './memory-store.ts'
import type { RateLimitStore } from './rate-limit-store.ts'

export interface RateLimiterOptions {
  /** Of its own among all limiters of a store: `sign-in:account`. */
  name: string
  /** So many in a window … */
  points: number
  /** … which begins with the first one. Whole seconds. */
  windowSeconds: number
  store: RateLimitStore
  /** Hears when the store cannot be used. */
  log?: Logger
  /** After so long without an answer of the store the count is kept in memory. 1 s unless told. */
  storeTimeoutMs?: number
  /** How long a store that failed is then not asked. 5 s unless told. */
  leaveAloneMs?: number
  /**
   * Rejects when the store cannot be used or takes its time, instead of counting in memory: for limits that must be
   * exact whatever happens, such as wrong passwords.
   */
  strict?: boolean
}

export interface RateLimitVerdict {
  allowed: boolean
  /** The points of the rule. */
  limit: number
  remaining: number
  /** Milliseconds until the window ends and all points are there again. */
  resetMs: number
}

export interface RateLimiter {
  readonly name: string
  readonly points: number
  readonly windowSeconds: number
  /**
   * Takes a point (or more) of a key and tells whether there was one. Atomic: of a thousand at once, exactly `points`
   * are allowed. Never rejects, unless it is strict: while the store is away, this process counts alone.
   * @param key whom it is about: an address, a person, an e-mail address. Only its hash reaches the store.
   */
  consume(key: string, points?: number): Promise<RateLimitVerdict>
  /** As `consume`, without taking anything. */
  peek(key: string): Promise<RateLimitVerdict>
  /** Gives back a point that was taken for what turned out not to count, such as a right password. */
  giveBack(key: string): Promise<void>
  /** Forgets what a key used up. */
  reset(key: string): Promise<void>
}

/** A fixed window for each key. */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { name, points, windowSeconds } = options
  const counting = createCounting(options)
  const window = { limit: points, windowMs: windowSeconds * 1000 }

  return {
    name,
    points,
    windowSeconds,
    consume: async (key, taken = 1) => {
      const { allowed, result } = await counting(limiter => consumeFrom(limiter, hashOf(key), taken))
      return { allowed, ...verdictOf(result, window) }
    },
    peek: async key => {
      const found = await counting(limiter => limiter.get(hashOf(key)))
      const { limit, windowMs } = window
      if (!found) return { allowed: points > 0, limit, remaining: limit, resetMs: windowMs }
      return { allowed: found.consumedPoints < points, ...verdictOf(found, window) }
    },
    giveBack: key => counting(limiter => giveBackTo(limiter, hashOf(key))),
    reset: async key => void (await counting(limiter => limiter.delete(hashOf(key)))),
  }
}

interface Consumed {
  allowed: boolean
  result: RateLimiterRes
}

/** rate-limiter-flexible rejects with the same facts when the points are used up. */
async function consumeFrom(limiter: RateLimiterAbstract, key: string, points: number): Promise<Consumed> {
  try {
    return { allowed: true, result: await limiter.consume(key, points) }
  } catch (refused) {
    if (refused instanceof Error) throw refused
    return { allowed: false, result: refused as RateLimiterRes }
  }
}

/** What is given back after its window has ended must not leave the next one with a point too many. */
async function giveBackTo(limiter: RateLimiterAbstract, key: string): Promise<void> {
  const found = await limiter.get(key)
  if (found && found.consumedPoints > 0) await limiter.reward(key)
}

function verdictOf(
  { remainingPoints, msBeforeNext }: RateLimiterRes,
  { limit, windowMs }: { limit: number; windowMs: number },
): Omit<RateLimitVerdict, 'allowed'> {
  const resetMs = Math.min(Math.max(msBeforeNext, 0), windowMs)
  return { limit, remaining: Math.min(Math.max(remainingPoints, 0), limit), resetMs }
}

/** Neither e-mail addresses nor endless keys belong into a table. */
function hashOf(key: string): string {
  return hash('sha256', key, 'base64url')
}

type Counting = <Result>(work: (limiter: RateLimiterAbstract) => Promise<Result>) => Promise<Result>

/** Asks the store, or memory while the store is away: a limiter that fails must not fail its request. */
function createCounting({
  name,
  points,
  windowSeconds,
  store,
  log,
  storeTimeoutMs = 1_000,
  leaveAloneMs = 5_000,
  strict = false,
}: RateLimiterOptions): Counting {
  const rule = { keyPrefix: name, points, duration: windowSeconds }
  const limiter = store.createLimiter(rule)
  if (store.isLocal || strict) return work => work(limiter)
  const insurance = memoryStore().createLimiter(rule)
  let leaveAloneUntil = 0

  return async work => {
    if (performance.now() < leaveAloneUntil) return work(insurance)
    try {
      return await inTime(work(limiter), storeTimeoutMs)
    } catch (error) {
      leaveAloneUntil = performance.now() + leaveAloneMs
      log?.warn({ limiter: name, err: error }, 'rate limit store failed, counting in memory')
      return work(insurance)
    }
  }
}

function inTime<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result> {
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  const timer = setTimeout(() => reject(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs)
  work.then(resolve, reject).finally(() => clearTimeout(timer))
  return promise
}
