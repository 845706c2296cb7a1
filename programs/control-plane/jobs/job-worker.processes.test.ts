import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '@seaworthy/kit'
import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import type { WorkerProcessOptions } from './fixtures/worker-process.ts'
import { createJobLedger, type JobLedger } from './job-ledger.ts'

const WORKER = fileURLToPath(new URL('fixtures/worker-process.ts', import.meta.url))

await forEachStore(({ createDatabase }) => {
  async function open() {
    const database = await createDatabase()
    const store = await openDatabase({ ...database, log: silentLogger })
    onTestFinished(() => store.close())
    const journal = `${temporaryFolder().path}/journal`
    return { database, journal, ledger: createJobLedger({ store, log: silentLogger }) }
  }

  test('jobs of a killed worker are run again by another, without what they had done, and no other job twice', async () => {
    const { database, journal, ledger } = await open()
    for (let index = 0; index < 12; index++) await enqueueWork(ledger, index, `app:${index % 4}`)
    const start = () => startWorkerProcess({ database, journal, leaseMs: 1_000, jobMs: 100 })
    const workers = [start(), start(), start()]
    await waitFor(() => lines(journal).some(line => line.event === 'end'), { timeoutMs: 20_000 })

    const [victim] = workers
    await waitFor(() => heldBy(journal, victim!.pid!).length > 0 || isAllDone(journal), { timeoutMs: 20_000 })
    await kill(victim!)
    await waitFor(async () => (await ledger.list({ state: 'succeeded' })).total === 12, { timeoutMs: 25_000 })

    const journalled = lines(journal)
    for (let index = 0; index < 12; index++) {
      const own = journalled.filter(line => line.payload === index)
      const saved = own.findIndex(({ event }) => event === 'saved')
      expect(own.slice(saved).filter(({ event }) => event === 'first')).toEqual([])
      expect(
        own.filter(({ event, pid }) => event === 'start' && pid !== victim!.pid).length,
      ).toBeLessThanOrEqual(1)
      expect(own.some(({ event }) => event === 'end')).toBe(true)
    }
    for (let queue = 0; queue < 4; queue++) {
      const ends = journalled.filter(({ event, payload }) => event === 'end' && payload % 4 === queue)
      const order = [...new Set(ends.map(({ payload }) => payload))]
      expect(order).toEqual([queue, queue + 4, queue + 8])
    }
  })

  test('after kill -9 the same host resumes its jobs at once, not after the lease', async () => {
    const { database, journal, ledger } = await open()
    const job = await enqueueWork(ledger, 7, 'app:7')
    const first = startWorkerProcess({ database, journal, leaseMs: 600_000, jobMs: 600_000 })
    await waitFor(() => lines(journal).some(({ event }) => event === 'saved'), { timeoutMs: 20_000 })
    await kill(first)

    startWorkerProcess({ database, journal, leaseMs: 600_000, jobMs: 10, recover: true })
    await waitFor(async () => (await ledger.get(job.id))?.state === 'succeeded', { timeoutMs: 20_000 })

    expect(await ledger.get(job.id)).toMatchObject({ attempts: 2, losses: 1, failures: 0 })
    expect(lines(journal).filter(({ event }) => event === 'first')).toHaveLength(1)
  })

  test('a living worker keeps its jobs when another process of the host starts', async () => {
    const { database, journal, ledger } = await open()
    const job = await enqueueWork(ledger, 1, 'app:1')
    startWorkerProcess({ database, journal, leaseMs: 600_000, jobMs: 600_000 })
    await waitFor(async () => (await ledger.get(job.id))?.state === 'running', { timeoutMs: 20_000 })

    expect(await ledger.recover()).toBe(0)

    expect(await ledger.get(job.id)).toMatchObject({ state: 'running', attempts: 1 })
  })

  test('a worker that stood still for longer than its lease cannot finish what another does by now', async () => {
    const { database, journal, ledger } = await open()
    const job = await enqueueWork(ledger, 1, 'app:1')
    const stopped = startWorkerProcess({ database, journal, leaseMs: 2_000, jobMs: 3_000 })
    await waitFor(() => lines(journal).some(({ event }) => event === 'saved'), { timeoutMs: 20_000 })
    stopped.kill('SIGSTOP')
    startWorkerProcess({ database, journal, leaseMs: 2_000, jobMs: 3_000 })
    await waitFor(async () => (await ledger.get(job.id))?.attempts === 2, { timeoutMs: 20_000 })

    stopped.kill('SIGCONT')
    await waitFor(async () => (await ledger.get(job.id))?.state === 'succeeded', { timeoutMs: 20_000 })

    expect(await ledger.get(job.id)).toMatchObject({ attempts: 2, losses: 1 })
  })
})

function enqueueWork(ledger: JobLedger, payload: number, queueKey: string) {
  return ledger.enqueue({ kind: 'work', payload, queueKey, deadlineMs: 3_600_000 })
}

function startWorkerProcess(options: WorkerProcessOptions): ChildProcess {
  const worker = spawn(process.execPath, [WORKER, JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  onTestFinished(() => kill(worker))
  return worker
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return
  const exited = once(worker, 'exit')
  worker.kill('SIGKILL')
  await exited
}

interface JournalLine {
  event: string
  payload: number
  attempt: number
  pid: number
}

function lines(journal: string): JournalLine[] {
  if (!existsSync(journal)) return []
  const text = readFileSync(journal, 'utf8')
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const [event, payload, attempt, pid] = line.split(' ')
      return { event: event!, payload: Number(payload), attempt: Number(attempt), pid: Number(pid) }
    })
}

/** Payloads of the jobs that a worker has begun and not ended. */
function heldBy(journal: string, pid: number): number[] {
  const own = lines(journal).filter(line => line.pid === pid)
  const ended = new Set(own.filter(({ event }) => event === 'end').map(({ payload }) => payload))
  return own
    .filter(({ event, payload }) => event === 'first' && !ended.has(payload))
    .map(({ payload }) => payload)
}

function isAllDone(journal: string): boolean {
  return lines(journal).filter(({ event }) => event === 'end').length === 12
}
