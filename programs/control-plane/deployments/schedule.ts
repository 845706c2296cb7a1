import { defineErrors } from '@seaworthy/kit'
import type { Events } from '../events/events.ts'
import { isoTime } from '../http/times.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { Store, Transaction } from '../store/database.ts'
import type { AppRow, DeploymentRow } from '../store/schema.ts'
import type { ApprovalRecords } from './approvals/approval-records.ts'
import type { DeploymentRecords } from './deployment-records.ts'
import { isBeforeStart } from './deployment-state.ts'

export interface DeploymentScheduleOptions {
  store: Store
  records: DeploymentRecords
  approvalRecords: Pick<ApprovalRecords, 'find' | 'rule'>
  jobs: JobLedger
  events: Events
}

const errors = defineErrors({
  scheduled_in_past: {
    status: 400,
    message: '{at} is past. Give a time that is still to come, or none to start now.',
  },
  deployment_began: {
    status: 409,
    message: 'Deployment {number} of {slug} has begun already ({state}), so its time cannot be changed.',
  },
})

/** Clocks differ, and a form is not sent the moment that it is filled in. */
const GRACE_MS = 60_000

/** Rejects with `scheduled_in_past`. `at` and `now` in milliseconds since 1970. */
export function validateStart(at: number | undefined, now = Date.now()): void {
  if (at === undefined) return
  if (at < now - GRACE_MS) throw errors.scheduled_in_past({ at: isoTime(at) })
}

/** Gives deployments that have not begun another time. */
export class DeploymentSchedule {
  readonly #options: DeploymentScheduleOptions

  constructor(options: DeploymentScheduleOptions) {
    this.#options = options
  }

  /** `at` in milliseconds since 1970; null: now. Rejects with `deployment_began`. */
  async change(
    app: Pick<AppRow, 'id' | 'slug'>,
    { id, number }: Pick<DeploymentRow, 'id' | 'number'>,
    { at, actor }: { at: number | null; actor: string },
  ): Promise<DeploymentRow> {
    const { store, records, events } = this.#options
    validateStart(at ?? undefined)
    await store.transaction(async trx => {
      await store.lock(trx, `schedule:${id}`)
      const row = await trx
        .selectFrom('deployments')
        .selectAll()
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      const began = () => errors.deployment_began({ number, slug: app.slug, state: row.state })
      if (!isBeforeStart(row.state)) throw began()
      const runAt = await this.#runAt(row, at, trx)
      if (runAt !== undefined && !(await this.#options.jobs.reschedule(row.job_id ?? '', runAt, trx)))
        throw began()
      await records.update(id, { scheduled_at: at }, trx)
    })
    records.announce(id)
    const data = { deployment: number, at, actor }
    await events.append({ appId: app.id, type: 'deployment:rescheduled', data })
    return records.get(id)
  }

  /** When its job is to run; undefined where it waits without one, for an approval. */
  async #runAt(
    { id, app_id }: DeploymentRow,
    at: number | null,
    trx: Transaction,
  ): Promise<number | undefined> {
    const { approvalRecords } = this.#options
    const asked = await approvalRecords.find(id, trx)
    if (asked?.state === 'waiting') return undefined
    // What is to be asked about is built ahead of its time.
    const isBuiltAhead = !asked && (await approvalRecords.rule(app_id, trx)).required
    return isBuiltAhead || at === null ? Date.now() : at
  }
}
