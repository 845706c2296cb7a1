import type { JobLedger } from '../jobs/job-ledger.ts'

const MEASURE_EVERY_MS = 3_600_000

/** Asks for a measure of the disk each hour, and at the start. One that still waits is enough. */
export class DiskSchedule {
  readonly #jobs: Pick<JobLedger, 'enqueue'>
  #timer: NodeJS.Timeout | undefined

  constructor({ jobs }: { jobs: Pick<JobLedger, 'enqueue'> }) {
    this.#jobs = jobs
  }

  start(): void {
    this.#ask()
    this.#timer = setInterval(() => this.#ask(), MEASURE_EVERY_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #ask(): void {
    // A database that cannot take the job now is asked again in an hour.
    this.#jobs
      .enqueue({ kind: 'measure-disk', payload: {}, dedupeKey: 'measure-disk' })
      .catch(() => undefined)
  }
}
