import { DatabaseSync } from 'node:sqlite'
import { createPostgresDatabase, redisServer, systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLogger, silentLogger } from '../log.ts'
import {
  createRateLimiter,
  memoryStore,
  type RateLimiter,
  type RateLimitStore,
  redisStore,
  sqlStore,
} from './index.ts'

const TABLE = 'create table rate_limits (key text primary key, points bigint not null, expires_at bigint)'

interface OpenStores {
  /** Two that count in the same place, as two processes would. */
  stores: [RateLimitStore, RateLimitStore]
  /** All that the place holds, as text. */
  dump?(): Promise<string>
}

function testStore(name: string, { missing, open }: { missing: boolean; open: () => Promise<OpenStores> }) {
  describe.skipIf(missing)(name, () => {
    const limiters = async (points: number, windowSeconds = 900) => {
      const { stores, dump } = await open()
      const both = stores.map(store => createRateLimiter({ name: 'test', points, windowSeconds, store }))
      return { limiters: both as [RateLimiter, RateLimiter], dump }
    }

    test('of many at once, over two stores, exactly as many as the rule has points are allowed', async () => {
      const { limiters: both } = await limiters(25)

      const verdicts = await Promise.all(
        Array.from({ length: 200 }, (_, index) => both[index % 2]!.consume('ada@example.org')),
      )

      const allowed = verdicts.filter(verdict => verdict.allowed)
      expect(allowed).toHaveLength(25)
      expect(allowed.map(({ remaining }) => remaining).sort((a, b) => a - b)).toEqual([...Array(25).keys()])
    })

    test('tells how many points remain and when the window ends', async () => {
      const { limiters: both } = await limiters(2)

      const verdicts = [await both[0].consume('a'), await both[1].consume('a'), await both[0].consume('a')]

      expect(verdicts.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
        [true, 1],
        [true, 0],
        [false, 0],
      ])
      for (const { limit, resetMs } of verdicts) {
        expect(limit).toBe(2)
        expect(resetMs).toBeGreaterThan(800_000)
        expect(resetMs).toBeLessThanOrEqual(900_000)
      }
    })

    test('keys do not touch each other', async () => {
      const { limiters: both } = await limiters(1)
      await both[0].consume('a')

      expect((await both[0].consume('a')).allowed).toBe(false)
      expect((await both[0].consume('b')).allowed).toBe(true)
    })

    test('a window that is over gives all points back', async () => {
      const { limiters: both } = await limiters(1, 1)
      await both[0].consume('a')

      const verdict = await waitFor(async () => {
        const next = await both[1].consume('a')
        return next.allowed && next
      })

      expect(verdict.remaining).toBe(0)
    })

    test('a peek takes nothing, and a reset gives everything back', async () => {
      const { limiters: both } = await limiters(2)

      expect(await both[0].peek('a')).toMatchObject({ allowed: true, remaining: 2 })
      await both[0].consume('a', 2)
      expect(await both[1].peek('a')).toMatchObject({ allowed: false, remaining: 0 })
      await both[0].reset('a')
      expect(await both[1].peek('a')).toMatchObject({ allowed: true, remaining: 2 })
      expect(await both[1].consume('a')).toMatchObject({ allowed: true, remaining: 1 })
    })

    test('a point that is given back is there again', async () => {
      const { limiters: both } = await limiters(2)
      await both[0].consume('a', 2)

      await both[1].giveBack('a')

      expect(await both[0].consume('a')).toMatchObject({ allowed: true, remaining: 0 })
      expect(await both[1].consume('a')).toMatchObject({ allowed: false })
    })

    test('a point that is given back counts again, but never more than there are', async () => {
      const { limiters: both } = await limiters(2)
      await both[0].consume('a')
      await both[1].giveBack('a')
      await both[0].giveBack('never-seen')

      expect(await both[0].peek('a')).toMatchObject({ remaining: 2 })
      expect(await both[0].consume('never-seen')).toMatchObject({ allowed: true, remaining: 1 })
    })

    test('holds no key in clear, and none that is as long as somebody likes', async () => {
      const { limiters: both, dump } = await limiters(2)

      await both[0].consume('ada@example.org')
      await both[0].consume('x'.repeat(1_000_000))

      const held = (await dump?.()) ?? ''
      expect(held).not.toContain('ada')
      expect(held.length).toBeLessThan(1_000)
    })
  })
}

testStore('in memory', {
  missing: false,
  open: async () => {
    const store = memoryStore()
    return { stores: [store, store] }
  },
})

testStore('on SQLite', {
  missing: false,
  open: async () => {
    const file = `${temporaryFolder().path}/limits.db`
    const connect = () => {
      const database = new DatabaseSync(file, { timeout: 1_000 })
      onTestFinished(() => database.close())
      return database
    }
    const [first, second] = [connect(), connect()]
    first.exec(TABLE)
    const query = (database: DatabaseSync) => async (sql: string, values: readonly (string | number)[]) =>
      database.prepare(sql).all(...values)
    return {
      stores: [
        sqlStore({ query: query(first), dialect: 'sqlite' }),
        sqlStore({ query: query(second), dialect: 'sqlite' }),
      ],
      dump: async () => JSON.stringify(first.prepare('select * from rate_limits').all()),
    }
  },
})

testStore('on PostgreSQL', {
  missing: await systemPart.missing('postgresql'),
  open: async () => {
    const { url } = await createPostgresDatabase()
    const connect = () => {
      const pool = new pg.Pool({ connectionString: url, max: 4 })
      pool.on('error', () => {}) // the database is dropped at the end of the test
      onTestFinished(() => pool.end())
      return pool
    }
    const [first, second] = [connect(), connect()]
    await first.query(TABLE)
    const query = (pool: pg.Pool) => async (sql: string, values: readonly (string | number)[]) =>
      (await pool.query(sql, [...values])).rows
    return {
      stores: [
        sqlStore({ query: query(first), dialect: 'postgres' }),
        sqlStore({ query: query(second), dialect: 'postgres' }),
      ],
      dump: async () => JSON.stringify((await first.query('select * from rate_limits')).rows),
    }
  },
})

const withoutRedis = await systemPart.missing('redis')

testStore('on Redis', {
  missing: withoutRedis,
  open: async () => {
    const { url } = await redisServer()
    const stores = [await openRedis(url), await openRedis(url)] as [RateLimitStore, RateLimitStore]
    return { stores }
  },
})

async function openRedis(url: string): Promise<RateLimitStore> {
  const store = await redisStore({ url, log: silentLogger })
  onTestFinished(() => store.close())
  await store.connected()
  return store
}

test('a flood of keys forgets the oldest and never holds more than it may', async () => {
  const limiter = createRateLimiter({
    name: 'test',
    points: 1,
    windowSeconds: 900,
    store: memoryStore({ maxKeys: 100 }),
  })
  for (let key = 0; key < 150; key++) await limiter.consume(`key ${key}`)

  expect((await limiter.peek('key 149')).allowed).toBe(false)
  expect((await limiter.peek('key 50')).allowed).toBe(false)
  expect((await limiter.peek('key 49')).allowed).toBe(true)
})

test('ten thousand attempts at once cost the database a few statements', async () => {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  database.exec(TABLE)
  let statements = 0
  const store = sqlStore({
    dialect: 'sqlite',
    query: async (sql, values) => {
      statements += 1
      await new Promise(resolve => setImmediate(resolve))
      return database.prepare(sql).all(...values)
    },
  })
  const limiter = createRateLimiter({ name: 'test', points: 5, windowSeconds: 900, store })

  const verdicts = await Promise.all(Array.from({ length: 10_000 }, () => limiter.consume('ada')))

  expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(5)
  expect(statements).toBeLessThan(10)
})

test('while the store fails the limit holds in memory, and the failure is logged once', async () => {
  const lines: string[] = []
  const log = createLogger({ name: 'test', destination: { write: line => void lines.push(line) } })
  const store = sqlStore({ dialect: 'sqlite', query: () => Promise.reject(new Error('no database')) })
  const limiter = createRateLimiter({ name: 'test', points: 2, windowSeconds: 900, store, log })

  const verdicts = []
  for (let attempt = 0; attempt < 4; attempt++) verdicts.push(await limiter.consume('ada'))

  expect(verdicts.map(({ allowed }) => allowed)).toEqual([true, true, false, false])
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('rate limit store failed, counting in memory')
})

test('a store that never answers holds nobody up', async () => {
  const store = sqlStore({ dialect: 'sqlite', query: () => new Promise(() => {}) })
  const limiter = createRateLimiter({ name: 't', points: 1, windowSeconds: 900, store, storeTimeoutMs: 20 })

  expect((await limiter.consume('ada')).allowed).toBe(true)
  expect((await limiter.consume('ada')).allowed).toBe(false)
})

test('a strict limiter lets nobody through while its store fails', async () => {
  const store = sqlStore({ dialect: 'sqlite', query: () => Promise.reject(new Error('no database')) })
  const limiter = createRateLimiter({ name: 't', points: 1, windowSeconds: 900, store, strict: true })

  await expect(limiter.consume('ada')).rejects.toThrow('no database')
})

test.skipIf(withoutRedis)('Redis may go away and come back', async () => {
  const server = await redisServer()
  const store = await redisStore({ url: server.url, log: silentLogger })
  onTestFinished(() => store.close())
  await store.connected()
  const options = { name: 'test', points: 2, windowSeconds: 900, store, leaveAloneMs: 1 }
  const limiter = createRateLimiter(options)
  const other = createRateLimiter(options)
  await limiter.consume('ada')

  await server.stop()
  expect((await limiter.consume('ada')).remaining).toBe(1)

  await server.start()
  await store.connected()
  await waitFor(async () => {
    await limiter.consume('eve')
    return (await other.peek('eve')).remaining < 2
  })
})

test('a table name that could be more than a name is refused', () => {
  const query = async () => []
  expect(() => sqlStore({ dialect: 'sqlite', query, table: 'a; drop table b' })).toThrow('no name of a table')
})
