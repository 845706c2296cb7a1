import { randomBytes } from 'node:crypto'

/** Crockford's base 32, lower case: no i, l, o, u, so that an id can be read aloud. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_CHARS = 10
const RANDOM_CHARS = 12

/** What an id starts with, by table. */
export type IdPrefix = 'app' | 'env' | 'src' | 'bld' | 'rel' | 'dep' | 'ins' | 'job' | 'evt' | (string & {})

/**
 * An id such as `app_06f2k3…`: 22 characters after the prefix, the first ten of them the time in milliseconds.
 * Ids of one process sort in the order in which they were made, also within a millisecond and after the wall
 * clock was set back.
 */
export const newId: (prefix: IdPrefix) => string = createIdSource(Date.now)

/** A source of ids with its own order. `now` gives milliseconds since 1970. */
export function createIdSource(now: () => number): (prefix: IdPrefix) => string {
  let lastTime = 0
  let lastRandom = 0n
  return prefix => {
    const time = Math.max(now(), lastTime)
    const random = time === lastTime ? lastRandom + 1n : freshRandom()
    lastTime = time
    lastRandom = random
    return `${prefix}_${encode(BigInt(time), TIME_CHARS)}${encode(random, RANDOM_CHARS)}`
  }
}

/** 59 random bits: the top bit of the 60 stays free, so that counting up never overflows. */
function freshRandom(): bigint {
  return randomBytes(8).readBigUInt64BE() >> 5n
}

function encode(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest >>= 5n) text = ALPHABET[Number(rest & 31n)] + text
  return text
}
