/** What a wall clock that is set forward or back does to jobs: nothing. */
import { setTimeout as sleep } from 'node:timers/promises'
import { silentLogger } from '@seaworthy/kit'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { Clock } from '../store/clock.ts'
import { forEachStore } from '../store/for-each-store.ts'
import type { JobHandler } from './job-attempt.ts'
import { createJobLedger, type JobLedger } from './job-ledger.ts'
import { createJobWorker } from './job-worker.ts'

const HOUR_MS = 3_600_000
const YEAR_MS = 365 * 24 * HOUR_MS

class JumpingClock implements Clock {
  offsetMs = 0

  now(): number {
    return Date.now() + this.offsetMs
  }

  monotonicMs(): number {
    return performance.now()
  }
}

await forEachStore(({ openStore }) => {
  async function open({ leaseMs = 400 }: { leaseMs?: number } = {}) {
    const store = await openStore()
    const clock = new JumpingClock()
    const newLedger = () => createJobLedger({ store, log: silentLogger, clock, leaseMs })
    return { clock, ledger: newLedger(), newLedger }
  }

  function startWorker(ledger: JobLedger, clock: Clock, handlers: Record<string, JobHandler>): void {
    const worker = createJobWorker({ ledger, clock, handlers, log: silentLogger, pollMs: 30 })
    onTestFinished(() => worker.stop({ drainMs: 0 }))
    worker.start()
  }

  for (const [name, jumpMs] of [
    ['forward', YEAR_MS],
    ['back', -YEAR_MS],
  ] as const) {
    test(`a clock set ${name} starts no running job a second time`, async () => {
      // Long enough for the heartbeats of a busy machine; a watch that compared wall clocks would not wait for it.
      const { clock, ledger, newLedger } = await open({ leaseMs: 5_000 })
      let runs = 0
      const long: JobHandler = async () => {
        runs++
        await sleep(1500)
      }
      startWorker(ledger, clock, { long })
      startWorker(newLedger(), clock, { long })
      const job = await ledger.enqueue({ kind: 'long', payload: null })
      await waitFor(() => runs === 1)

      clock.offsetMs += jumpMs
      await waitFor(async () => (await ledger.get(job.id))?.state === 'succeeded')

      expect(runs).toBe(1)
      expect(await ledger.get(job.id)).toMatchObject({ attempts: 1, losses: 0 })
    })

    test(`a clock set ${name} keeps no waiting job from running`, async () => {
      const { clock, ledger } = await open()
      const job = await ledger.enqueue({ kind: 'greet', payload: null })

      clock.offsetMs += jumpMs
      startWorker(ledger, clock, { greet: async () => {} })

      await waitFor(async () => (await ledger.get(job.id))?.state === 'succeeded')
    })

    test(`a clock set ${name} keeps no failed job from its next attempt`, async () => {
      const { clock, ledger } = await open()
      const flaky: JobHandler = async ({ attempt }) => {
        if (attempt === 1) throw new Error('not yet')
      }
      startWorker(ledger, clock, { flaky })
      const job = await ledger.enqueue({ kind: 'flaky', payload: null })
      await waitFor(async () => (await ledger.get(job.id))?.failures === 1)

      clock.offsetMs += jumpMs

      await waitFor(async () => (await ledger.get(job.id))?.state === 'succeeded')
    })

    test(`a clock set ${name} lets the jobs of a vanished worker be resumed`, async () => {
      const { clock, ledger, newLedger } = await open()
      const job = await ledger.enqueue({ kind: 'greet', payload: null })
      await newLedger().leases.claim(['greet'])

      clock.offsetMs += jumpMs
      startWorker(ledger, clock, { greet: async () => {} })

      await waitFor(async () => (await ledger.get(job.id))?.state === 'succeeded')
    })
  }

  test('a job that is scheduled by the wall clock waits for it', async () => {
    const { clock, ledger } = await open()
    startWorker(ledger, clock, { greet: async () => {} })
    const job = await ledger.enqueue({ kind: 'greet', payload: null, runAt: clock.now() + HOUR_MS })
    await sleep(150) // several polls
    expect(await ledger.get(job.id)).toMatchObject({ state: 'queued' })

    clock.offsetMs += HOUR_MS

    await waitFor(async () => (await ledger.get(job.id))?.state === 'succeeded')
  })
})
