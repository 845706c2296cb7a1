import { defineErrors } from '@seaworthy/kit'
import type { ActorReference } from '../access/actor-finder.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { Store } from '../store/database.ts'
import type { AppRow, DeploymentRow } from '../store/schema.ts'
import type { CanaryRecord } from './canary-record.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { MAX_ATTEMPTS } from './job-signal.ts'

export interface CanariesOptions {
  store: Store
  records: DeploymentRecords
  jobs: JobLedger
  /** Longest time one deployment may take. */
  deadlineMs: number
}

export type CanaryRequest = NonNullable<CanaryRecord['request']>

const errors = defineErrors({
  no_canary: {
    status: 409,
    message: '{slug} has no canary now. Start one with: seaworthy deploy --canary 10 --app {slug}',
  },
  canary_ends: {
    status: 409,
    message:
      'The canary of {slug} ends already: {what} was asked for. Look with: seaworthy deployments --app {slug}',
  },
})

/** Says what becomes of a canary. The job of the deployment does it, so that it is done also after a kill. */
export class Canaries {
  readonly #options: CanariesOptions

  constructor(options: CanariesOptions) {
    this.#options = options
  }

  /** The deployment that has a share of the app's requests now. */
  async current(appId: string): Promise<DeploymentRow | undefined> {
    return (await this.#options.records.listCanaries(appId)).at(-1)
  }

  /** Rejects with `no_canary` or `canary_ends`. */
  async end(
    app: Pick<AppRow, 'id' | 'slug'>,
    action: CanaryRequest['action'],
    { actor, by }: { actor: string; by?: ActorReference | undefined },
  ): Promise<DeploymentRow> {
    const deployment = await this.current(app.id)
    if (!deployment) throw errors.no_canary({ slug: app.slug })
    const reason = `${action === 'promote' ? 'promoted' : 'aborted'} by ${actor}`
    const known = await this.order(deployment, { action, reason, breach: false }, by)
    if (known && known.action !== action) throw errors.canary_ends({ slug: app.slug, what: known.action })
    return this.#options.records.get(deployment.id)
  }

  /** The first order counts. Returns it, or undefined where the deployment is no canary any more. */
  async order(
    { id, app_id }: Pick<DeploymentRow, 'id' | 'app_id'>,
    request: CanaryRequest,
    by?: ActorReference | undefined,
  ): Promise<CanaryRequest | undefined> {
    const { store, records, jobs, deadlineMs } = this.#options
    const ordered = await store.transaction(async trx => {
      const record = await records.changeCanary(
        id,
        found => ({ ...found, request: found.request ?? request }),
        trx,
      )
      if (!record?.request) return undefined
      const job = await jobs.enqueue(
        {
          kind: 'deploy',
          payload: { deploymentId: id, by },
          queueKey: `app:${app_id}`,
          dedupeKey: `canary:${id}`,
          maxAttempts: MAX_ATTEMPTS,
          deadlineMs,
        },
        trx,
      )
      await records.update(id, { job_id: job.id }, trx)
      return record.request
    })
    records.announce(id)
    return ordered
  }
}
