import type { JobLedger } from '../jobs/job-ledger.ts'

const SWEEP_EVERY_MS = 3_600_000

/** Asks for a sweep at the start and each hour. One that still waits is enough: it will see everything. */
export class SweepSchedule {
  readonly #jobs: Pick<JobLedger, 'enqueue'>
  #timer: NodeJS.Timeout | undefined

  constructor({ jobs }: { jobs: Pick<JobLedger, 'enqueue'> }) {
    this.#jobs = jobs
  }

  start(): void {
    this.#ask()
    this.#timer = setInterval(() => this.#ask(), SWEEP_EVERY_MS)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #ask(): void {
    // A database that cannot take the job now is asked again in an hour; what is not swept waits.
    this.#jobs.enqueue({ kind: 'sweep', payload: {}, dedupeKey: 'sweep' }).catch(() => undefined)
  }
}
