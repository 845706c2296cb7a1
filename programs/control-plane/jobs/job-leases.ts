import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Clock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { isUniqueViolation } from '../store/errors.ts'
import type { JobRow } from '../store/schema.ts'
import { describeJobError, JobLeaseLost } from './errors.ts'
import type { JobSignals } from './job-signals.ts'
import {
  type AttemptOutcome,
  backoffMs,
  isFinished,
  judgeAttempt,
  MAX_BACKOFF_MS,
  nextJobState,
} from './job-state.ts'

export interface JobLeasesOptions {
  store: Store
  clock: Clock
  signals: JobSignals
  /** Written into the rows that this process holds; see `job-owner.ts`. */
  owner: string
  leaseMs: number
}

/** What fences a worker: once another attempt has begun, nothing that this one writes may count. */
export type Lease = Pick<JobRow, 'id' | 'attempts' | 'lease_owner'>

/** The worker's side of the ledger: taking jobs, keeping them, and giving account of them. */
export class JobLeases {
  readonly owner: string
  readonly leaseMs: number
  readonly #store: Store
  readonly #clock: Clock
  readonly #signals: JobSignals

  constructor({ store, clock, signals, owner, leaseMs }: JobLeasesOptions) {
    this.owner = owner
    this.leaseMs = leaseMs
    this.#store = store
    this.#clock = clock
    this.#signals = signals
  }

  /**
   * Takes the oldest job that is due, of one of `kinds`, and whose queue has nothing running and nothing earlier
   * waiting. Undefined when there is none. Two workers never get the same job.
   */
  async claim(kinds: readonly string[]): Promise<JobRow | undefined> {
    for (let attempt = 0; attempt < CLAIM_ATTEMPTS; attempt++) {
      try {
        return await this.#claimOne(kinds)
      } catch (error) {
        // Another worker has just started a job of the same queue: what is next has changed.
        if (!isUniqueViolation(error)) throw error
      }
    }
    return undefined
  }

  /** Keeps every job that this process holds. The value moves even when the wall clock was set back. */
  async heartbeat(): Promise<void> {
    const until = this.#clock.now() + this.leaseMs
    await this.#store.db
      .updateTable('jobs')
      .set({ lease_until: sql`case when lease_until >= ${until} then lease_until + 1 else ${until} end` })
      .where('state', '=', 'running')
      .where('lease_owner', '=', this.owner)
      .execute()
  }

  /** The given jobs as the database knows them: whether they are still ours, and whether to cancel them. */
  async inspect(ids: readonly string[]): Promise<JobRow[]> {
    if (ids.length === 0) return []
    return this.#store.db.selectFrom('jobs').selectAll().where('id', 'in', ids).execute()
  }

  /** False when the lease was lost: nothing was written then. */
  async saveSteps(lease: Lease, stepsJson: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#store.db
      .updateTable('jobs')
      .set({ steps_json: stepsJson })
      .where(heldBy(lease))
      .executeTakeFirst()
    return Number(numUpdatedRows) > 0
  }

  /** Records how an attempt ended and what follows from it. False when the lease was lost: nothing was written then. */
  async settle(lease: Lease, outcome: AttemptOutcome, error?: unknown): Promise<boolean> {
    return this.#store.transaction(async trx => {
      const row = await this.#lockHeld(trx, lease)
      if (!row) return false
      return this.#end(trx, row, outcome, error)
    })
  }

  /** Ends an attempt whose worker is gone. False when it showed a sign of life since `seen` was read. */
  async takeBack(seen: JobRow): Promise<boolean> {
    return this.#store.transaction(async trx => {
      const row = await this.#lockHeld(trx, seen)
      if (row?.lease_until !== seen.lease_until) return false
      return this.#end(trx, row, { type: 'lost' }, new JobLeaseLost())
    })
  }

  /** Every lease that is held now, by whomever; bounded. */
  listRunning(): Promise<JobRow[]> {
    return this.#store.db
      .selectFrom('jobs')
      .selectAll()
      .where('state', '=', 'running')
      .orderBy('sequence')
      .limit(MAX_RUNNING_LISTED)
      .execute()
  }

  async #claimOne(kinds: readonly string[]): Promise<JobRow | undefined> {
    const now = this.#clock.now()
    const skipLocked = this.#store.kind === 'postgres' ? sql`for update of j skip locked` : sql``
    const { rows } = await sql<JobRow>`
      update jobs set
        state = 'running', attempts = attempts + 1, started_at = coalesce(started_at, ${now}),
        lease_owner = ${this.owner}, lease_until = ${now + this.leaseMs}
      where state = 'queued' and id = (
        select j.id from jobs j
        where j.state = 'queued' and ${isDue('j', now)} and j.kind in (${sql.join(kinds)})
          and (j.queue_key is null or not exists (${blockers(now)}))
        order by j.sequence limit 1 ${skipLocked})
      returning *`.execute(this.#store.db)
    return rows[0]
  }

  #lockHeld(trx: Queryable, lease: Lease): Promise<JobRow | undefined> {
    const query = trx.selectFrom('jobs').selectAll().where(heldBy(lease))
    return (this.#store.kind === 'postgres' ? query.forUpdate() : query).executeTakeFirst()
  }

  async #end(trx: Queryable, row: JobRow, outcome: AttemptOutcome, error: unknown): Promise<boolean> {
    const verdict = judgeAttempt(outcome, {
      failures: row.failures,
      losses: row.losses,
      maxAttempts: row.max_attempts,
      cancelRequested: row.cancel_requested === 1,
    })
    const state = nextJobState('running', verdict.event)!
    const now = this.#clock.now()
    const { numUpdatedRows } = await trx
      .updateTable('jobs')
      .set({
        state,
        failures: verdict.failures,
        losses: verdict.losses,
        lease_owner: null,
        lease_until: null,
        error_json: error === undefined ? null : JSON.stringify(describeJobError(error)),
        run_at: verdict.event === 'retry' ? now + backoffMs(verdict.failures, Math.random()) : row.created_at,
        finished_at: isFinished(state) ? now : null,
      })
      .where(heldBy(row))
      .executeTakeFirst()
    if (Number(numUpdatedRows) === 0) return false
    this.#store.afterCommit(trx, () => this.#signals.settled({ id: row.id, kind: row.kind, state }))
    return true
  }
}

const CLAIM_ATTEMPTS = 5
const MAX_RUNNING_LISTED = 1_000

function heldBy({ id, attempts, lease_owner }: Lease): RawBuilder<SqlBool> {
  return sql`id = ${id} and state = 'running' and attempts = ${attempts} and lease_owner = ${lease_owner}`
}

/**
 * Due: its time has come, or it was never to wait (`run_at` = `created_at`: holds also after the wall clock was
 * set back), or it waits longer than any back-off does, which only a clock that was set back can cause.
 */
function isDue(alias: 'j' | 'e', now: number) {
  const job = (column: string) => sql.ref(`${alias}.${column}`)
  return sql`(${job('run_at')} <= ${now} or ${job('run_at')} <= ${job('created_at')}
    or (${job('attempts')} > 0 and ${job('run_at')} > ${now + MAX_BACKOFF_MS}))`
}

/** Jobs that `j` waits for: what runs in its queue, and what is earlier and was begun or is due. */
function blockers(now: number) {
  return sql`select 1 from jobs e where e.queue_key = j.queue_key and (e.state = 'running'
    or (e.state = 'queued' and e.sequence < j.sequence and (e.attempts > 0 or ${isDue('e', now)})))`
}
