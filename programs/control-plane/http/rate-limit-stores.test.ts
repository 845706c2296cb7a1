import { silentLogger } from '@seaworthy/kit'
import { createRateLimiter } from '@seaworthy/kit/rate-limit'
import { redisServer, systemPart, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { databaseRateLimitStore, openRequestCounts } from './rate-limit-stores.ts'

const RULE = { name: 'test', points: 5, windowSeconds: 900 }

await forEachStore(({ kind, openStore }) => {
  test('requests are counted in memory beside SQLite, and in PostgreSQL', async () => {
    const store = await openStore()
    const counts = await openRequestCounts({ store, log: silentLogger })

    await createRateLimiter({ ...RULE, store: counts.store }).consume('ada')

    const kept = await store.db.selectFrom('rate_limits').selectAll().execute()
    expect(kept).toHaveLength(kind === 'postgres' ? 1 : 0)
  })

  test('what must hold over a restart is in the database, and exact for many at once', async () => {
    const store = await openStore()
    const limiter = createRateLimiter({ ...RULE, store: databaseRateLimitStore(store) })
    const afterRestart = createRateLimiter({ ...RULE, store: databaseRateLimitStore(store) })

    const verdicts = await Promise.all(Array.from({ length: 10_000 }, () => limiter.consume('ada')))

    expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(5)
    expect((await afterRestart.consume('ada')).allowed).toBe(false)
  })
})

test.skipIf(await systemPart.missing('redis'))('Redis counts requests where it is given', async () => {
  const { url } = await redisServer()
  // The database is never asked.
  const open = () => openRequestCounts({ store: undefined as never, redisUrl: url, log: silentLogger })
  const [first, second] = [await open(), await open()]
  onTestFinished(() => first.close())
  onTestFinished(() => second.close())
  const [one, other] = [first, second].map(({ store }) =>
    createRateLimiter({ ...RULE, store, leaveAloneMs: 1 }),
  )

  // Until both are connected each counts for itself.
  await waitFor(async () => {
    await one!.consume('ada')
    return (await other!.peek('ada')).remaining < RULE.points
  })
})
