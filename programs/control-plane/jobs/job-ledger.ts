import { AppError, correlationId, type Logger } from '@seaworthy/kit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { isUniqueViolation } from '../store/errors.ts'
import { newId } from '../store/ids.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { JobRow, JobState } from '../store/schema.ts'
import { JobNotFound, JobNotRetryable } from './errors.ts'
import { JobLeases } from './job-leases.ts'
import { createOwnerId, isDeadLocalOwner } from './job-owner.ts'
import { JobSignals, type SettledJob } from './job-signals.ts'
import { isFinished, nextJobState } from './job-state.ts'

export interface NewJob {
  /** Which handler does it. */
  kind: string
  /** Anything that JSON can hold, up to 1 MB. */
  payload: unknown
  /** Jobs with the same key run one at a time, in the order of arrival. */
  queueKey?: string
  /** While an unfinished job has this key, another is not added: `enqueue` answers with the one that is there. */
  dedupeKey?: string
  /** Milliseconds since 1970; at once when missing or past. */
  runAt?: number
  /** Attempts that may end with an error. 5 when missing. */
  maxAttempts?: number
  /** Longest time one attempt may take. 10 minutes when missing. */
  deadlineMs?: number
  /** Follows the work through the logs; that of the request which is being answered when missing. */
  correlationId?: string
}

export interface JobFilter extends PageRequest {
  kind?: string
  state?: JobState
  queueKey?: string
  order?: 'asc' | 'desc'
}

export interface JobLedgerOptions {
  store: Store
  log: Logger
  clock?: Clock
  /** Who takes leases here; made from host, pid and start time when missing. */
  owner?: string
  /** How long a worker may be silent before its jobs are given to another. 30 s when missing. */
  leaseMs?: number
}

const DEFAULT_MAX_ATTEMPTS = 5
const DEFAULT_DEADLINE_MS = 600_000
const DEFAULT_LEASE_MS = 30_000
const MAX_PAYLOAD_CHARS = 1_000_000

export function createJobLedger(options: JobLedgerOptions): JobLedger {
  return new JobLedger(options)
}

/**
 * Every job there is, in the database: work that must survive a crash is written here before it starts.
 * A job runs at least once, in attempts; at most one attempt of it runs at a time.
 */
export class JobLedger {
  /** For the worker. */
  readonly leases: JobLeases
  readonly signals = new JobSignals()
  readonly #store: Store
  readonly #clock: Clock
  readonly #log: Logger

  constructor({
    store,
    log,
    clock = systemClock,
    owner = createOwnerId(),
    leaseMs = DEFAULT_LEASE_MS,
  }: JobLedgerOptions) {
    this.#store = store
    this.#clock = clock
    this.#log = log
    this.leases = new JobLeases({ store, clock, signals: this.signals, owner, leaseMs })
  }

  /** Adds a job; in `trx` when it must exist exactly if the caller's change does. Workers of this process see it at once. */
  async enqueue(job: NewJob, trx?: Queryable): Promise<JobRow> {
    if (!trx) return this.#store.transaction(own => this.enqueue(job, own))
    const row = this.#rowOf(job)
    // Arrival in a queue is the order of commits: whoever numbers a job there first, commits first.
    if (job.queueKey !== undefined) await this.#store.lock(trx, `job-queue:${job.queueKey}`)
    const added = await trx
      .insertInto('jobs')
      .values(row)
      .onConflict(conflict => conflict.doNothing())
      .returningAll()
      .executeTakeFirst()
    if (added) this.#store.afterCommit(trx, () => this.signals.queued())
    return added ?? (await this.#unfinishedTwin(row, job, trx))
  }

  /**
   * A queued job ends at once; a running one is told to, within about a second also in another process. Returns
   * the job as it is then; a finished one is left alone. Rejects with `JobNotFound`.
   */
  async cancel(id: string): Promise<JobRow> {
    return this.#store.transaction(async trx => {
      const row = await this.#lockRow(trx, id)
      if (isFinished(row.state)) return row
      if (row.state === 'running') return this.#requestCancel(trx, row)
      const changes = { state: 'cancelled' as const, cancel_requested: 1, finished_at: this.#clock.now() }
      await trx.updateTable('jobs').set(changes).where('id', '=', id).execute()
      this.#store.afterCommit(trx, () => this.signals.settled({ id, kind: row.kind, state: 'cancelled' }))
      return { ...row, ...changes }
    })
  }

  /**
   * Drops what a job was about, which nobody needs any more: its payload is null from then on, also for a further
   * attempt of it.
   */
  async forgetPayload(id: string, trx: Queryable = this.#store.db): Promise<void> {
    await trx
      .updateTable('jobs')
      .set({ payload_json: 'null', dedupe_key: null })
      .where('id', '=', id)
      .execute()
  }

  /**
   * Runs a failed or cancelled job again, from its last recorded step, with all its attempts.
   * Rejects with `JobNotFound` or `JobNotRetryable`, or `job_duplicate` when a twin is waiting.
   */
  async retry(id: string): Promise<JobRow> {
    try {
      return await this.#store.transaction(async trx => this.#requeue(trx, await this.#lockRow(trx, id)))
    } catch (error) {
      if (!isUniqueViolation(error)) throw error
      throw new AppError(
        'job_duplicate',
        `Job ${id} cannot run again: another job for the same thing is waiting already.`,
        {
          status: 409,
        },
      )
    }
  }

  /** Another time for a job that waits, in milliseconds since 1970. False when it has begun, or is unknown. */
  async reschedule(id: string, runAt: number, trx: Queryable): Promise<boolean> {
    const { numUpdatedRows } = await trx
      .updateTable('jobs')
      .set({ run_at: runAt })
      .where('id', '=', id)
      .where('state', '=', 'queued')
      .executeTakeFirst()
    this.#store.afterCommit(trx, () => this.signals.queued())
    return Number(numUpdatedRows) > 0
  }

  get(id: string): Promise<JobRow | undefined> {
    return this.#store.db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst()
  }

  /** Newest first unless told. */
  async list({ kind, state, queueKey, order = 'desc', ...page }: JobFilter = {}): Promise<Page<JobRow>> {
    let query = this.#store.db.selectFrom('jobs')
    if (kind !== undefined) query = query.where('kind', '=', kind)
    if (state !== undefined) query = query.where('state', '=', state)
    if (queueKey !== undefined) query = query.where('queue_key', '=', queueKey)
    return fetchPage(query.selectAll().orderBy('sequence', order), page)
  }

  /** Calls back after each attempt, with the state that follows. Only for jobs of this process. */
  onSettled(listener: (job: SettledJob) => void): () => void {
    return this.signals.onSettled(listener)
  }

  /**
   * At the start of the only control plane of a host: what a killed one had leased is resumed at once instead of
   * after the lease. Returns how many. Not for several hosts on one database: they wait for the lease.
   */
  async recover(): Promise<number> {
    let recovered = 0
    for (const row of await this.leases.listRunning()) {
      if (row.lease_owner === null || !isDeadLocalOwner(row.lease_owner)) continue
      if (await this.leases.takeBack(row)) recovered++
    }
    if (recovered > 0) this.#log.info({ jobs: recovered }, 'resuming jobs of the previous process')
    this.signals.queued()
    return recovered
  }

  /** Forgets jobs that finished before `before` (milliseconds since 1970), at most 1,000 at a time. Returns how many. */
  async prune(before: number): Promise<number> {
    const old = this.#store.db
      .selectFrom('jobs')
      .select('id')
      .where('finished_at', '<', before)
      .orderBy('finished_at')
      .limit(1000)
    const { numDeletedRows } = await this.#store.db
      .deleteFrom('jobs')
      .where('id', 'in', old)
      .executeTakeFirst()
    return Number(numDeletedRows)
  }

  #rowOf(job: NewJob): Omit<JobRow, 'sequence'> {
    const payload = JSON.stringify(job.payload ?? null)
    if (payload.length > MAX_PAYLOAD_CHARS) {
      throw new AppError(
        'job_payload_too_large',
        `The payload of a ${job.kind} job is over 1 MB. Store it and pass its id.`,
      )
    }
    const now = this.#clock.now()
    return {
      id: newId('job'),
      kind: job.kind,
      queue_key: job.queueKey ?? null,
      dedupe_key: job.dedupeKey ?? null,
      state: 'queued',
      payload_json: payload,
      steps_json: '{}',
      attempts: 0,
      failures: 0,
      losses: 0,
      max_attempts: Math.max(1, job.maxAttempts ?? DEFAULT_MAX_ATTEMPTS),
      run_at: Math.max(now, job.runAt ?? now),
      deadline_ms: job.deadlineMs ?? DEFAULT_DEADLINE_MS,
      lease_owner: null,
      lease_until: null,
      cancel_requested: 0,
      error_json: null,
      correlation_id: job.correlationId ?? correlationId() ?? null,
      created_at: now,
      started_at: null,
      finished_at: null,
    }
  }

  /** The job whose dedupe key kept ours out; ours after all when it has finished in between. */
  async #unfinishedTwin(row: Omit<JobRow, 'sequence'>, job: NewJob, trx: Queryable): Promise<JobRow> {
    const twin = await trx
      .selectFrom('jobs')
      .selectAll()
      .where('dedupe_key', '=', row.dedupe_key)
      .where('state', 'in', ['queued', 'running'])
      .executeTakeFirst()
    return twin ?? this.enqueue(job, trx)
  }

  async #lockRow(trx: Queryable, id: string): Promise<JobRow> {
    const query = trx.selectFrom('jobs').selectAll().where('id', '=', id)
    const row = await (this.#store.kind === 'postgres' ? query.forUpdate() : query).executeTakeFirst()
    if (!row) throw new JobNotFound(id)
    return row
  }

  async #requestCancel(trx: Queryable, row: JobRow): Promise<JobRow> {
    await trx.updateTable('jobs').set({ cancel_requested: 1 }).where('id', '=', row.id).execute()
    this.#store.afterCommit(trx, () => this.signals.cancelRequested(row.id))
    return { ...row, cancel_requested: 1 }
  }

  async #requeue(trx: Queryable, row: JobRow): Promise<JobRow> {
    const state = nextJobState(row.state, 'requeue')
    if (!state) throw new JobNotRetryable(row.id, row.state)
    const changes = {
      state,
      failures: 0,
      losses: 0,
      cancel_requested: 0,
      run_at: row.created_at,
      finished_at: null,
    }
    await trx.updateTable('jobs').set(changes).where('id', '=', row.id).execute()
    this.#store.afterCommit(trx, () => this.signals.queued())
    return { ...row, ...changes }
  }
}
