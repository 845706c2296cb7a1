import { runWithCorrelation, silentLogger } from '@seaworthy/kit'
import { expect, test } from 'vitest'
import { forEachStore } from '../store/for-each-store.ts'
import { createJobLedger } from './job-ledger.ts'

await forEachStore(({ openStore }) => {
  async function openLedger() {
    const store = await openStore()
    return { store, ledger: createJobLedger({ store, log: silentLogger }) }
  }

  test('a job exists exactly if the transaction that enqueued it is committed', async () => {
    const { store, ledger } = await openLedger()
    let told = 0
    ledger.signals.onQueued(() => told++)
    const broken = store.transaction(async trx => {
      await ledger.enqueue({ kind: 'build', payload: 1 }, trx)
      throw new Error('changed my mind')
    })
    await expect(broken).rejects.toThrow('changed my mind')
    expect(told).toBe(0)
    expect((await ledger.list()).total).toBe(0)

    const job = await store.transaction(trx =>
      ledger.enqueue({ kind: 'build', payload: { app: 'shop' } }, trx),
    )

    expect(told).toBe(1)
    expect(await ledger.get(job.id)).toMatchObject({
      kind: 'build',
      state: 'queued',
      payload_json: '{"app":"shop"}',
    })
  })

  test('an unfinished job keeps another with its dedupe key out, a finished one does not', async () => {
    const { ledger } = await openLedger()
    const twins = await Promise.all(
      Array.from({ length: 20 }, () => ledger.enqueue({ kind: 'sweep', payload: {}, dedupeKey: 'sweep' })),
    )
    expect(new Set(twins.map(({ id }) => id)).size).toBe(1)

    await ledger.cancel(twins[0]!.id)
    const next = await ledger.enqueue({ kind: 'sweep', payload: {}, dedupeKey: 'sweep' })

    expect(next.id).not.toBe(twins[0]!.id)
  })

  test('one job is claimed once, however many ask', async () => {
    const { ledger } = await openLedger()
    for (let index = 0; index < 5; index++) await ledger.enqueue({ kind: 'build', payload: index })

    const claimed = await Promise.all(Array.from({ length: 20 }, () => ledger.leases.claim(['build'])))

    const ids = claimed.filter(row => row !== undefined).map(({ id }) => id)
    expect(ids).toHaveLength(5)
    expect(new Set(ids).size).toBe(5)
  })

  test('a queue gives out one job at a time, in the order of arrival', async () => {
    const { ledger } = await openLedger()
    const first = await ledger.enqueue({ kind: 'deploy', payload: 1, queueKey: 'app:1' })
    const second = await ledger.enqueue({ kind: 'deploy', payload: 2, queueKey: 'app:1' })
    const elsewhere = await ledger.enqueue({ kind: 'deploy', payload: 3, queueKey: 'app:2' })

    const claimed = await Promise.all(Array.from({ length: 10 }, () => ledger.leases.claim(['deploy'])))

    const rows = claimed.filter(row => row !== undefined)
    expect(rows.map(({ id }) => id).sort()).toEqual([first.id, elsewhere.id].sort())
    await ledger.leases.settle(rows.find(({ id }) => id === first.id)!, { type: 'returned' })
    expect((await ledger.leases.claim(['deploy']))?.id).toBe(second.id)
  })

  test('a failed attempt that will be repeated holds its queue, a job scheduled for later does not', async () => {
    const { ledger } = await openLedger()
    const failing = await ledger.enqueue({ kind: 'deploy', payload: 1, queueKey: 'app:1' })
    await ledger.enqueue({ kind: 'deploy', payload: 2, queueKey: 'app:1' })
    await ledger.enqueue({ kind: 'deploy', payload: 3, queueKey: 'app:2', runAt: Date.now() + 60_000 })
    const now = await ledger.enqueue({ kind: 'deploy', payload: 4, queueKey: 'app:2' })
    const attempt = await ledger.leases.claim(['deploy'])
    expect(attempt?.id).toBe(failing.id)

    await ledger.leases.settle(attempt!, { type: 'failed', retryable: true }, new Error('no network'))

    expect(await ledger.get(failing.id)).toMatchObject({
      state: 'queued',
      failures: 1,
      error_json: expect.stringContaining('no network'),
    })
    expect((await ledger.leases.claim(['deploy']))?.id).toBe(now.id)
    expect(await ledger.leases.claim(['deploy'])).toBeUndefined()
  })

  test('a queued job is cancelled at once, a running one is asked to end, a finished one is left alone', async () => {
    const { ledger } = await openLedger()
    const asked: string[] = []
    ledger.signals.onCancelRequested(id => asked.push(id))
    const running = await ledger.enqueue({ kind: 'build', payload: 1 })
    const lease = (await ledger.leases.claim(['build']))!
    const queued = await ledger.enqueue({ kind: 'build', payload: 2 })

    expect(await ledger.cancel(queued.id)).toMatchObject({ state: 'cancelled' })
    expect(await ledger.cancel(running.id)).toMatchObject({ state: 'running', cancel_requested: 1 })
    expect(asked).toEqual([running.id])
    await ledger.leases.settle(lease, { type: 'returned' })
    expect(await ledger.cancel(running.id)).toMatchObject({ state: 'succeeded' })
    await expect(ledger.cancel('job_none')).rejects.toMatchObject({ code: 'job_not_found', status: 404 })
  })

  test('a stale worker can neither finish a job, nor record steps, nor give it back', async () => {
    const { ledger } = await openLedger()
    await ledger.enqueue({ kind: 'build', payload: 1 })
    const stale = (await ledger.leases.claim(['build']))!
    await ledger.leases.takeBack(stale)
    const fresh = (await ledger.leases.claim(['build']))!
    expect(fresh.attempts).toBe(2)

    expect(await ledger.leases.saveSteps(stale, '{"stale":true}')).toBe(false)
    expect(await ledger.leases.settle(stale, { type: 'returned' })).toBe(false)
    expect(await ledger.leases.takeBack(stale)).toBe(false)

    expect(await ledger.get(fresh.id)).toMatchObject({
      state: 'running',
      steps_json: '{}',
      losses: 1,
      failures: 0,
    })
  })

  test('a heartbeat between the look and the taking back keeps the job', async () => {
    const { ledger } = await openLedger()
    await ledger.enqueue({ kind: 'build', payload: 1 })
    const seen = (await ledger.leases.claim(['build']))!

    await ledger.leases.heartbeat()

    expect(await ledger.leases.takeBack(seen)).toBe(false)
    expect(await ledger.get(seen.id)).toMatchObject({ state: 'running' })
  })

  test('a failed job runs again on request with all its attempts and the steps it had done', async () => {
    const { ledger } = await openLedger()
    const job = await ledger.enqueue({ kind: 'build', payload: 1, maxAttempts: 1, dedupeKey: 'one' })
    const lease = (await ledger.leases.claim(['build']))!
    await expect(ledger.retry(job.id)).rejects.toMatchObject({ code: 'job_not_retryable', status: 409 })
    await ledger.leases.saveSteps(lease, '{"fetch":1}')
    await ledger.leases.settle(lease, { type: 'failed', retryable: true }, new Error('broken'))
    expect(await ledger.get(job.id)).toMatchObject({ state: 'failed', failures: 1 })

    expect(await ledger.retry(job.id)).toMatchObject({ state: 'queued', failures: 0 })
    expect(await ledger.leases.claim(['build'])).toMatchObject({
      id: job.id,
      attempts: 2,
      steps_json: '{"fetch":1}',
    })
  })

  test('a job cannot run again while its twin waits', async () => {
    const { ledger } = await openLedger()
    const first = await ledger.enqueue({ kind: 'build', payload: 1, dedupeKey: 'one' })
    await ledger.cancel(first.id)
    await ledger.enqueue({ kind: 'build', payload: 1, dedupeKey: 'one' })

    await expect(ledger.retry(first.id)).rejects.toMatchObject({ code: 'job_duplicate', status: 409 })
  })

  test('lists are filtered, paged and bounded, newest first', async () => {
    const { ledger } = await openLedger()
    for (let index = 0; index < 105; index++)
      await ledger.enqueue({ kind: index % 2 ? 'odd' : 'even', payload: index })

    const all = await ledger.list({ limit: 1000 })
    const odd = await ledger.list({ kind: 'odd', page: 2, limit: 10, state: 'queued' })

    expect(all.items).toHaveLength(100)
    expect(all.total).toBe(105)
    expect(all.items[0]).toMatchObject({ payload_json: '104' })
    expect(odd).toMatchObject({ total: 52 })
    expect(odd.items.map(({ payload_json }) => Number(payload_json))).toEqual([
      83, 81, 79, 77, 75, 73, 71, 69, 67, 65,
    ])
  })

  test('a job carries the correlation id of the request that enqueued it', async () => {
    const { ledger } = await openLedger()

    const job = await runWithCorrelation('req-42', () => ledger.enqueue({ kind: 'build', payload: 1 }))

    expect(job.correlation_id).toBe('req-42')
  })

  test('old finished jobs are forgotten, others never', async () => {
    const { ledger } = await openLedger()
    const old = await ledger.enqueue({ kind: 'build', payload: 1 })
    await ledger.cancel(old.id)
    const waiting = await ledger.enqueue({ kind: 'build', payload: 2 })

    expect(await ledger.prune(Date.now() + 1000)).toBe(1)

    expect((await ledger.list()).items.map(({ id }) => id)).toEqual([waiting.id])
  })

  test('an oversized payload is refused', async () => {
    const { ledger } = await openLedger()

    await expect(ledger.enqueue({ kind: 'build', payload: 'x'.repeat(1_000_001) })).rejects.toMatchObject({
      code: 'job_payload_too_large',
    })
  })
})
