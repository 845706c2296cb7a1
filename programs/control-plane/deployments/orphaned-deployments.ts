import type { Logger } from '@seaworthy/kit'
import type { Builds } from '../builds/builds.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { Store } from '../store/database.ts'
import type { DeploymentRow } from '../store/schema.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { isCancellable } from './deployment-state.ts'

export interface OrphanedDeploymentsOptions {
  store: Store
  records: DeploymentRecords
  builds: Builds
  jobs: JobLedger
  log: Logger
}

/** Ends deployments whose job ended without them: it was cancelled in the queue, or given up after too many losses. */
export class OrphanedDeployments {
  readonly #options: OrphanedDeploymentsOptions
  #unsubscribe: (() => void) | undefined

  constructor(options: OrphanedDeploymentsOptions) {
    this.#options = options
  }

  /** Resolves once those are ended that an earlier run of the platform left; goes on until `stop`. */
  async start(): Promise<void> {
    const { jobs, log } = this.#options
    this.#unsubscribe = jobs.onSettled(({ kind, state }) => {
      if (kind === 'deploy' && (state === 'cancelled' || state === 'failed'))
        this.#endAll().catch(error => log.warn({ err: error }, 'could not end deployments'))
    })
    await this.#endAll()
  }

  stop(): void {
    this.#unsubscribe?.()
  }

  async #endAll(): Promise<void> {
    const unfinished = await this.#options.records.listUnfinished()
    for (const deployment of unfinished) await this.#endIfOrphaned(deployment)
  }

  async #endIfOrphaned({ id, state, job_id, build_id }: DeploymentRow): Promise<void> {
    const { store, records, builds, jobs } = this.#options
    // A canary goes on without a job; who watches it ends it.
    const job = job_id && state !== 'canary' && isCancellable(state) ? await jobs.get(job_id) : undefined
    if (job?.state !== 'cancelled' && job?.state !== 'failed') return
    const error =
      job.state === 'cancelled'
        ? { error_code: 'cancelled', error_message: 'Cancelled.' }
        : { error_code: 'job_failed', error_message: 'The platform gave this deployment up. Deploy again.' }
    const { state: outcome } = job
    await store.transaction(async trx => {
      await records.move(id, outcome, error, trx)
      if (build_id) await builds.cancelQueued(build_id, trx)
    })
    records.announce(id)
  }
}
