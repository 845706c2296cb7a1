import type { RateStore } from './shared-rates.ts'

/**
 * The sliding window of `RequestLimiter` in Redis or Valkey: thirteen parts of five seconds in a hash, counted and
 * compared in one step by the server's own clock, so that edges need no common time.
 */
const TAKE = `
local now = redis.call('TIME')
local ms = now[1] * 1000 + math.floor(now[2] / 1000)
local present = math.floor(ms / 5000)
local parts = redis.call('HGETALL', KEYS[1])
local sum, old = 0, {}
local counts = {}
for i = 1, #parts, 2 do
  local part, count = tonumber(parts[i]), tonumber(parts[i + 1])
  if part > present - 13 and part <= present then
    sum = sum + count
    counts[part] = count
  else
    old[#old + 1] = parts[i]
  end
end
if #old > 0 then redis.call('HDEL', KEYS[1], unpack(old)) end
local limit = tonumber(ARGV[1])
if sum < limit then
  redis.call('HINCRBY', KEYS[1], present, 1)
  redis.call('PEXPIRE', KEYS[1], 70000)
  return {1, 0}
end
local part = present - 12
while part < present do
  sum = sum - (counts[part] or 0)
  if sum < limit then break end
  part = part + 1
end
return {0, math.max(1, math.ceil(((part + 13) * 5000 - ms) / 1000))}
`

interface TakingClient {
  status: string
  takeRequest(key: string, perMinute: number): Promise<[number, number]>
}

/** Connects in the background; `isReady` tells when it can be asked. The client is loaded only where it is used. */
export async function redisRates(url: string): Promise<RateStore & { close(): void }> {
  const { Redis } = await import('ioredis')
  const client = new Redis(url, {
    // A request must not wait for a store that is away.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 5_000,
    retryStrategy: attempt => Math.min(100 * 2 ** attempt, 5_000),
    // What is asked in the same turn of the event loop goes out in one write.
    enableAutoPipelining: true,
  })
  // Without a listener a lost connection would end the process; that it is away is told by who asks it.
  client.on('error', () => undefined)
  client.defineCommand('takeRequest', { numberOfKeys: 1, lua: TAKE })
  const taking = client as unknown as TakingClient
  return {
    get isReady() {
      return taking.status === 'ready'
    },
    async take(key, perMinute) {
      const [allowed, retryAfterSeconds] = await taking.takeRequest(`seaworthy:rate:${key}`, perMinute)
      return { allowed: allowed === 1, retryAfterSeconds }
    },
    close: () => client.disconnect(),
  }
}

/** The same at once, before the client is loaded; until then it is not ready. */
export function redisRatesSoon(url: string): RateStore {
  let store: RateStore | undefined
  const loading = redisRates(url).then(loaded => {
    store = loaded
    return loaded
  })
  return {
    get isReady() {
      return store?.isReady ?? false
    },
    take: async (key, perMinute) => (await loading).take(key, perMinute),
  }
}
