import { createHash } from 'node:crypto'
import type { Actor } from '../access/actor.ts'
import { type ActorReference, referenceTo } from '../access/actor-finder.ts'
import type { JobLedger, NewJob } from '../jobs/job-ledger.ts'
import type { Page, PageRequest } from '../store/paging.ts'
import type { JobRow } from '../store/schema.ts'
import { appJobErrors } from './errors.ts'

/** What somebody has done to several apps, or to one in a way that takes time: a job is seen by its maker alone. */
export class OwnAppJobs {
  readonly #jobs: JobLedger

  constructor({ jobs }: { jobs: JobLedger }) {
    this.#jobs = jobs
  }

  /** One after the other, for each of its makers. */
  add(actor: Actor, job: Pick<NewJob, 'kind' | 'payload' | 'deadlineMs' | 'maxAttempts'>): Promise<JobRow> {
    return this.#jobs.enqueue({ ...job, queueKey: queueOf(referenceTo(actor)) })
  }

  /** Newest first. */
  list(actor: Actor, page: PageRequest): Promise<Page<JobRow>> {
    return this.#jobs.list({ ...page, queueKey: queueOf(referenceTo(actor)) })
  }

  /** Rejects with `app_job_not_found`, also for a job of somebody else. */
  async get(actor: Actor, id: string): Promise<JobRow> {
    const row = await this.#jobs.get(id)
    if (!row || row.queue_key !== queueOf(referenceTo(actor))) throw appJobErrors.app_job_not_found({ id })
    return row
  }

  async cancel(actor: Actor, id: string): Promise<JobRow> {
    return this.#jobs.cancel((await this.get(actor, id)).id)
  }
}

/** Names nobody: the row outlives an account. */
function queueOf(reference: ActorReference | undefined): string {
  const { kind } = reference ?? { kind: 'nobody' }
  const id =
    reference?.kind === 'user' ? reference.userId : reference?.kind === 'token' ? reference.tokenId : ''
  return `app-jobs:${createHash('sha256').update(`${kind}:${id}`).digest('hex').slice(0, 24)}`
}
