import { setTimeout as sleep } from 'node:timers/promises'
import { correlationId, silentLogger } from '@seaworthy/kit'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { PermanentJobError } from './errors.ts'
import type { Job, JobHandler } from './job-attempt.ts'
import { createJobLedger, type JobLedger } from './job-ledger.ts'
import { createJobWorker, type JobWorker, type JobWorkerOptions } from './job-worker.ts'

await forEachStore(({ openStore }) => {
  async function openLedger({ leaseMs }: { leaseMs?: number } = {}) {
    const store = await openStore()
    return { store, ledger: createJobLedger({ store, log: silentLogger, leaseMs }) }
  }

  function startWorker(
    ledger: JobLedger,
    handlers: Record<string, JobHandler>,
    options: Partial<JobWorkerOptions> = {},
  ): JobWorker {
    const worker = createJobWorker({ ledger, handlers, log: silentLogger, ...options })
    onTestFinished(() => worker.stop({ drainMs: 0 }))
    worker.start()
    return worker
  }

  const untilState = (ledger: JobLedger, id: string, state: string) =>
    waitFor(async () => (await ledger.get(id))?.state === state, { what: `job to be ${state}` })

  test('runs a job at once, with its payload and correlation id', async () => {
    const { ledger } = await openLedger()
    const seen: unknown[] = []
    startWorker(
      ledger,
      {
        greet: async ({ payload, attempt }) => seen.push({ payload, attempt, correlation: correlationId() }),
      },
      { pollMs: 60_000 },
    )

    const job = await ledger.enqueue({ kind: 'greet', payload: { name: 'Ada' }, correlationId: 'req-1' })
    await untilState(ledger, job.id, 'succeeded')

    expect(seen).toEqual([{ payload: { name: 'Ada' }, attempt: 1, correlation: 'req-1' }])
    expect(await ledger.get(job.id)).toMatchObject({ attempts: 1, lease_owner: null, error_json: null })
  })

  test('finds what another process enqueued, and what was scheduled, by polling', async () => {
    const { ledger, store } = await openLedger()
    const other = createJobLedger({ store, log: silentLogger })
    const ran: unknown[] = []
    startWorker(ledger, { greet: async ({ payload }) => ran.push(payload) }, { pollMs: 50 })

    await other.enqueue({ kind: 'greet', payload: 'later', runAt: Date.now() + 300 })
    await other.enqueue({ kind: 'greet', payload: 'now' })
    await waitFor(() => ran.length === 2)

    expect(ran).toEqual(['now', 'later'])
  })

  test('respects the limits of the worker and of each kind', async () => {
    const { ledger } = await openLedger()
    const most: Record<string, number> = { build: 0, other: 0, all: 0 }
    const active: Record<string, number> = { build: 0, other: 0 }
    const handler = async ({ kind }: Job) => {
      active[kind]!++
      most[kind] = Math.max(most[kind]!, active[kind]!)
      most.all = Math.max(most.all!, active.build! + active.other!)
      await sleep(20)
      active[kind]!--
    }
    for (let index = 0; index < 8; index++) {
      await ledger.enqueue({ kind: 'build', payload: index })
      await ledger.enqueue({ kind: 'other', payload: index })
    }

    startWorker(
      ledger,
      { build: handler, other: handler },
      { concurrency: { total: 4, perKind: { build: 2 } } },
    )
    await waitFor(async () => (await ledger.list({ state: 'succeeded' })).total === 16)

    expect(most).toEqual({ build: 2, other: expect.any(Number), all: 4 })
  })

  test('tries again after a failure, later each time, until its attempts are used up', async () => {
    const { ledger } = await openLedger()
    const attempts: number[] = []
    const fail: JobHandler = async ({ attempt }) => {
      attempts.push(attempt)
      throw new Error(`no luck ${attempt}`)
    }
    startWorker(ledger, { fail }, { pollMs: 50 })

    const job = await ledger.enqueue({ kind: 'fail', payload: null, maxAttempts: 2 })
    await untilState(ledger, job.id, 'failed')

    expect(attempts).toEqual([1, 2])
    const row = (await ledger.get(job.id))!
    expect(JSON.parse(row.error_json!)).toEqual({ code: 'internal_error', message: 'no luck 2' })
    expect(row.finished_at! - row.created_at).toBeGreaterThanOrEqual(500)
  })

  test('does not repeat what no repetition mends', async () => {
    const { ledger } = await openLedger()
    const wrong: JobHandler = async () => {
      throw new PermanentJobError('source_missing', 'The source is gone.')
    }
    startWorker(ledger, { wrong })

    const job = await ledger.enqueue({ kind: 'wrong', payload: null })
    await untilState(ledger, job.id, 'failed')

    expect(await ledger.get(job.id)).toMatchObject({
      attempts: 1,
      error_json: expect.stringContaining('source_missing'),
    })
  })

  test('a resumed job skips the steps that it had done and gets their results', async () => {
    const { ledger } = await openLedger()
    const done: string[] = []
    const results: unknown[] = []
    const twoSteps: JobHandler = async ({ step, attempt }) => {
      results.push(
        await step('fetch', async () => {
          done.push('fetch')
          return { digest: 'abc' }
        }),
        await step('nothing', async () => undefined),
      )
      if (attempt === 1) throw new Error('cut off')
      await step('build', async () => done.push('build'))
    }
    startWorker(ledger, { twoSteps }, { pollMs: 50 })

    const job = await ledger.enqueue({ kind: 'twoSteps', payload: null })
    await untilState(ledger, job.id, 'succeeded')

    expect(done).toEqual(['fetch', 'build'])
    expect(results).toEqual([{ digest: 'abc' }, null, { digest: 'abc' }, null])
  })

  test('steps that run side by side are all recorded', async () => {
    const { ledger } = await openLedger()
    const wide: JobHandler = ({ step }) =>
      Promise.all(Array.from({ length: 20 }, (_, index) => step(`step ${index}`, async () => index)))
    startWorker(ledger, { wide })

    const job = await ledger.enqueue({ kind: 'wide', payload: null })
    await untilState(ledger, job.id, 'succeeded')

    expect(Object.keys(JSON.parse((await ledger.get(job.id))!.steps_json))).toHaveLength(20)
  })

  test('a cancelled job sees it at once, and ends as cancelled', async () => {
    const { ledger } = await openLedger()
    const reasons: unknown[] = []
    startWorker(ledger, { wait: waitForAbort(reasons) })
    const job = await ledger.enqueue({ kind: 'wait', payload: null })
    await untilState(ledger, job.id, 'running')

    await ledger.cancel(job.id)
    await untilState(ledger, job.id, 'cancelled')

    expect(reasons).toEqual(['job_cancelled'])
  })

  test('a cancellation from another process is seen within about a second', async () => {
    const { ledger, store } = await openLedger()
    const other = createJobLedger({ store, log: silentLogger })
    const reasons: unknown[] = []
    startWorker(ledger, { wait: waitForAbort(reasons) })
    const job = await ledger.enqueue({ kind: 'wait', payload: null })
    await untilState(ledger, job.id, 'running')

    const askedAt = performance.now()
    await other.cancel(job.id)
    await waitFor(() => reasons.length === 1)

    expect(reasons).toEqual(['job_cancelled'])
    expect(performance.now() - askedAt).toBeLessThan(3000)
  })

  test('an attempt over its deadline is aborted and counts as a failure', async () => {
    const { ledger } = await openLedger()
    const reasons: unknown[] = []
    startWorker(ledger, { wait: waitForAbort(reasons) })

    const job = await ledger.enqueue({ kind: 'wait', payload: null, deadlineMs: 100, maxAttempts: 1 })
    await untilState(ledger, job.id, 'failed')

    expect(reasons).toEqual(['job_deadline'])
    expect(await ledger.get(job.id)).toMatchObject({
      failures: 1,
      error_json: expect.stringContaining('job_deadline'),
    })
  })

  test('a handler that ignores its end does not hold its queue for ever', async () => {
    const { ledger } = await openLedger()
    const gate = Promise.withResolvers<void>()
    onTestFinished(() => gate.resolve())
    startWorker(ledger, { deaf: () => gate.promise, next: async () => {} }, { abortGraceMs: 50 })
    const deaf = await ledger.enqueue({ kind: 'deaf', payload: null, queueKey: 'app:1', deadlineMs: 50 })
    const next = await ledger.enqueue({ kind: 'next', payload: null, queueKey: 'app:1' })

    await untilState(ledger, next.id, 'succeeded')

    expect(await ledger.get(deaf.id)).toMatchObject({ state: 'failed' })
  })

  test('a queue keeps its order when its jobs fail, while other queues go on', async () => {
    const { ledger } = await openLedger()
    const ran: string[] = []
    const flaky: JobHandler = async ({ payload, attempt }) => {
      ran.push(`${payload}${attempt}`)
      if (payload === 'a' && attempt === 1) throw new Error('not yet')
      if (payload === 'b') throw new PermanentJobError('broken', 'Broken.')
    }
    const ids: string[] = []
    for (const payload of ['a', 'b', 'c'])
      ids.push((await ledger.enqueue({ kind: 'flaky', payload, queueKey: 'app:1' })).id)
    ids.push((await ledger.enqueue({ kind: 'flaky', payload: 'x', queueKey: 'app:2' })).id)

    startWorker(ledger, { flaky }, { pollMs: 50 })
    await untilState(ledger, ids[2]!, 'succeeded')

    expect(ran.filter(name => !name.startsWith('x'))).toEqual(['a1', 'a2', 'b1', 'c1'])
    expect(ran.indexOf('x1')).toBeLessThan(ran.indexOf('a2'))
  })

  test('many workers run every job once, and each queue in order, one at a time', async () => {
    const { store } = await openLedger()
    const runs: Array<{ queue: string; number: number }> = []
    const active = new Map<string, number>()
    let overlaps = 0
    const handler: JobHandler = async ({ payload }) => {
      active.set(payload.queue, (active.get(payload.queue) ?? 0) + 1)
      if (active.get(payload.queue)! > 1) overlaps++
      runs.push(payload)
      await sleep(Math.random() * 5)
      active.set(payload.queue, active.get(payload.queue)! - 1)
    }
    const ledgers = Array.from({ length: 6 }, () => createJobLedger({ store, log: silentLogger }))
    for (let number = 0; number < 20; number++) {
      for (const queue of ['a', 'b', 'c'])
        await ledgers[0]!.enqueue({ kind: 'count', payload: { queue, number }, queueKey: queue })
    }

    for (const ledger of ledgers)
      startWorker(ledger, { count: handler }, { pollMs: 30, concurrency: { total: 4 } })
    await waitFor(async () => (await ledgers[0]!.list({ state: 'succeeded' })).total === 60, {
      timeoutMs: 25_000,
    })

    expect(overlaps).toBe(0)
    for (const queue of ['a', 'b', 'c']) {
      expect(runs.filter(run => run.queue === queue).map(({ number }) => number)).toEqual(
        Array.from({ length: 20 }, (_, n) => n),
      )
    }
  })

  test('stop lets a job end, and takes no other', async () => {
    const { ledger } = await openLedger()
    const gate = Promise.withResolvers<void>()
    const worker = startWorker(ledger, { slow: () => gate.promise }, { concurrency: { total: 1 } })
    const running = await ledger.enqueue({ kind: 'slow', payload: 1 })
    const waiting = await ledger.enqueue({ kind: 'slow', payload: 2 })
    await untilState(ledger, running.id, 'running')

    const stopped = worker.stop()
    gate.resolve()
    await stopped

    expect(await ledger.get(running.id)).toMatchObject({ state: 'succeeded' })
    expect(await ledger.get(waiting.id)).toMatchObject({ state: 'queued', attempts: 0 })
  })

  test('a job that does not end in time is released at stop, not failed, and the next worker resumes it', async () => {
    const { ledger, store } = await openLedger()
    const reasons: unknown[] = []
    const worker = startWorker(ledger, { wait: waitForAbort(reasons) })
    const job = await ledger.enqueue({ kind: 'wait', payload: null, maxAttempts: 1 })
    await untilState(ledger, job.id, 'running')

    await worker.stop({ drainMs: 50 })
    expect(reasons).toEqual(['job_released'])
    expect(await ledger.get(job.id)).toMatchObject({
      state: 'queued',
      failures: 0,
      losses: 0,
      lease_owner: null,
    })

    const next = createJobLedger({ store, log: silentLogger })
    startWorker(next, { wait: async () => {} })
    await untilState(ledger, job.id, 'succeeded')
  })

  test('a worker whose lease was taken aborts its job and cannot finish it', async () => {
    const { ledger, store } = await openLedger({ leaseMs: 600 })
    const other = createJobLedger({ store, log: silentLogger, leaseMs: 600 })
    const reasons: unknown[] = []
    startWorker(ledger, { wait: waitForAbort(reasons) })
    const job = await ledger.enqueue({ kind: 'wait', payload: null })
    await untilState(ledger, job.id, 'running')

    await takeOver(store, job.id)
    await waitFor(() => reasons.length === 1)

    expect(reasons).toEqual(['job_lease_lost'])
    expect(await other.get(job.id)).toMatchObject({ state: 'running', lease_owner: 'somebody else' })
  })

  test('a silent lease is taken back and the job runs again', async () => {
    const { ledger, store } = await openLedger({ leaseMs: 300 })
    const vanished = createJobLedger({ store, log: silentLogger, leaseMs: 300 })
    const job = await ledger.enqueue({ kind: 'greet', payload: null })
    await vanished.leases.claim(['greet'])

    startWorker(ledger, { greet: async () => {} })
    await untilState(ledger, job.id, 'succeeded')

    expect(await ledger.get(job.id)).toMatchObject({ attempts: 2, losses: 1, failures: 0 })
  })

  test('a long job keeps its lease for as long as it runs', async () => {
    const { ledger, store } = await openLedger({ leaseMs: 1_200 })
    const watching = createJobLedger({ store, log: silentLogger, leaseMs: 1_200 })
    let runs = 0
    const long: JobHandler = async () => {
      runs++
      await sleep(3_000)
    }
    startWorker(ledger, { long })
    startWorker(watching, { long })

    const job = await ledger.enqueue({ kind: 'long', payload: null })
    await untilState(ledger, job.id, 'succeeded')

    expect(runs).toBe(1)
  })
})

function waitForAbort(reasons: unknown[]): JobHandler {
  return ({ signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        reasons.push(signal.reason.code)
        reject(signal.reason)
      })
    })
}

async function takeOver(store: Store, id: string): Promise<void> {
  await store.db
    .updateTable('jobs')
    .set({ lease_owner: 'somebody else', attempts: 2 })
    .where('id', '=', id)
    .execute()
}
