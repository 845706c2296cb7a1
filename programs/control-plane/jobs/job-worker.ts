import { setTimeout as sleep } from 'node:timers/promises'
import { type Logger, newCorrelationId, runWithCorrelation } from '@seaworthy/kit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { JobRow } from '../store/schema.ts'
import { JobCancelled, JobLeaseLost, JobReleased } from './errors.ts'
import { type AttemptEnd, JobAttempt, type JobHandler } from './job-attempt.ts'
import type { JobLeases } from './job-leases.ts'
import type { JobLedger } from './job-ledger.ts'
import { LeaseWatch } from './lease-watch.ts'

export interface JobWorkerOptions {
  ledger: JobLedger
  /** By kind. Jobs of other kinds are left for other workers. */
  handlers: Record<string, JobHandler>
  /** Jobs at a time: of all kinds (10 when missing), and of each kind. */
  concurrency?: { total?: number; perKind?: Record<string, number> }
  log: Logger
  clock?: Clock
  /** How often an idle worker looks for jobs that nobody told it of: scheduled ones, and those of other processes. */
  pollMs?: number
  /** How long a handler may go on after it was cancelled or its deadline has passed; then its job fails for good. */
  abortGraceMs?: number
}

export function createJobWorker(options: JobWorkerOptions): JobWorker {
  return new JobWorker(options)
}

const DEFAULT_TOTAL = 10
const DEFAULT_POLL_MS = 1_000
const DEFAULT_ABORT_GRACE_MS = 60_000
const RELEASE_GRACE_MS = 5_000
const MAX_SUPERVISE_MS = 1_000
/** The share of a lease after which a worker that cannot reach the database stops, well before another starts. */
const LEASE_SAFETY = 0.7

/**
 * Runs jobs of the ledger in this process. Three loops: taking what is due, supervising what runs (heartbeat,
 * cancel flag, fence), and reaping jobs whose worker is gone.
 */
export class JobWorker {
  readonly #options: JobWorkerOptions
  readonly #ledger: JobLedger
  readonly #leases: JobLeases
  readonly #clock: Clock
  readonly #log: Logger
  readonly #watch: LeaseWatch
  readonly #running = new Map<JobAttempt, Promise<void>>()
  #filling: Promise<void> | undefined
  #fillAgain = false
  #supervising = false
  #lastHeartbeatMs = 0
  #lastReapMs = Number.NEGATIVE_INFINITY
  #state: 'new' | 'started' | 'stopping' | 'stopped' = 'new'
  #stopped: Promise<void> | undefined
  #cleanUp: Array<() => void> = []

  constructor(options: JobWorkerOptions) {
    this.#options = options
    this.#ledger = options.ledger
    this.#leases = options.ledger.leases
    this.#clock = options.clock ?? systemClock
    this.#log = options.log
    this.#watch = new LeaseWatch({ leaseMs: options.ledger.leases.leaseMs })
  }

  /** Begins to take jobs. Idempotent. */
  start(): void {
    if (this.#state !== 'new') return
    this.#state = 'started'
    const poll = setInterval(() => this.#fill(), this.#options.pollMs ?? DEFAULT_POLL_MS)
    const supervise = setInterval(
      () => this.#supervise(),
      Math.min(MAX_SUPERVISE_MS, this.#leases.leaseMs / 6),
    )
    this.#cleanUp = [
      () => clearInterval(poll),
      () => clearInterval(supervise),
      this.#ledger.signals.onQueued(() => this.#fill()),
      this.#ledger.signals.onCancelRequested(id => this.#cancel(id)),
    ]
    this.#fill()
  }

  /**
   * Takes no more jobs, gives those that run `drainMs` to end, then aborts and releases them, to be resumed later.
   * A job whose handler does not end even then keeps its lease: nobody may run it beside us. Idempotent.
   */
  stop({ drainMs = 10_000 }: { drainMs?: number } = {}): Promise<void> {
    this.#stopped ??= this.#stop(drainMs)
    return this.#stopped
  }

  /** Jobs that run here now. */
  get activeCount(): number {
    return this.#running.size
  }

  async #stop(drainMs: number): Promise<void> {
    this.#state = 'stopping'
    await this.#filling
    await this.#settledWithin(drainMs)
    for (const attempt of this.#running.keys()) attempt.abort(new JobReleased())
    await this.#settledWithin(RELEASE_GRACE_MS)
    for (const { row } of this.#running.keys())
      this.#log.warn({ job: row.id, kind: row.kind }, 'job did not end at stop')
    this.#state = 'stopped'
    for (const undo of this.#cleanUp) undo()
  }

  async #settledWithin(timeoutMs: number): Promise<void> {
    if (this.#running.size === 0) return
    const timeout = new AbortController()
    const late = sleep(timeoutMs, undefined, { signal: timeout.signal }).catch(() => {})
    await Promise.race([Promise.all(this.#running.values()), late])
    timeout.abort()
  }

  /** Takes jobs until there is no room or nothing to do. One run at a time; a call during it leads to another. */
  #fill(): void {
    this.#fillAgain = true
    this.#filling ??= this.#fillLoop().finally(() => {
      this.#filling = undefined
      if (this.#fillAgain && this.#state === 'started') this.#fill()
    })
  }

  async #fillLoop(): Promise<void> {
    try {
      while (this.#fillAgain) {
        this.#fillAgain = false
        await this.#claimAll()
      }
    } catch (error) {
      this.#fillAgain = false // the poll tries again
      this.#log.error({ err: error }, 'could not take jobs')
    }
  }

  async #claimAll(): Promise<void> {
    while (this.#state === 'started') {
      const kinds = this.#kindsWithRoom()
      const row = kinds.length > 0 ? await this.#leases.claim(kinds) : undefined
      if (!row) return
      this.#begin(row)
    }
  }

  #kindsWithRoom(): string[] {
    const { total = DEFAULT_TOTAL, perKind = {} } = this.#options.concurrency ?? {}
    if (this.#running.size >= total) return []
    const counts = new Map<string, number>()
    for (const { row } of this.#running.keys()) counts.set(row.kind, (counts.get(row.kind) ?? 0) + 1)
    return Object.keys(this.#options.handlers).filter(
      kind => (counts.get(kind) ?? 0) < (perKind[kind] ?? total),
    )
  }

  #begin(row: JobRow): void {
    const correlationId = row.correlation_id ?? newCorrelationId()
    const log = this.#log.child({ job: row.id, kind: row.kind, attempt: row.attempts })
    const { abortGraceMs = DEFAULT_ABORT_GRACE_MS } = this.#options
    const attempt = new JobAttempt({ row, leases: this.#leases, log, correlationId, abortGraceMs })
    if (this.#running.size === 0) this.#lastHeartbeatMs = this.#clock.monotonicMs()
    const ended = runWithCorrelation(correlationId, () => this.#run(attempt, log)).finally(() => {
      this.#running.delete(attempt)
      this.#fill()
    })
    this.#running.set(attempt, ended)
    if (row.cancel_requested === 1) attempt.abort(new JobCancelled())
  }

  async #run(attempt: JobAttempt, log: Logger): Promise<void> {
    const startedMs = this.#clock.monotonicMs()
    const end = await attempt.execute(this.#options.handlers[attempt.row.kind]!)
    const durationMs = Math.round(this.#clock.monotonicMs() - startedMs)
    if (end.outcome.type === 'failed') log.warn({ err: end.error, durationMs }, 'job attempt failed')
    else log.debug({ outcome: end.outcome.type, durationMs }, 'job attempt ended')
    await this.#settle(attempt, end, log)
  }

  /** Until the database takes it: on a full disk, for example, only once there is space again. */
  async #settle({ row }: JobAttempt, { outcome, error }: AttemptEnd, log: Logger): Promise<void> {
    for (let failures = 1; this.#state !== 'stopped'; failures++) {
      try {
        if (!(await this.#leases.settle(row, outcome, error)))
          log.warn({}, 'job was taken over by another worker')
        return
      } catch (cause) {
        log.error({ err: cause }, 'could not record the end of a job')
      }
      await sleep(Math.min(10_000, 100 * 2 ** failures))
    }
  }

  #cancel(id: string): void {
    for (const attempt of this.#running.keys()) if (attempt.row.id === id) attempt.abort(new JobCancelled())
  }

  async #supervise(): Promise<void> {
    if (this.#supervising) return
    this.#supervising = true
    try {
      if (this.#running.size > 0) await this.#keepLeases()
      await this.#reapSometimes()
    } catch (error) {
      this.#log.error({ err: error }, 'could not supervise jobs')
    } finally {
      this.#supervising = false
      this.#stopWhenSilent()
    }
  }

  async #keepLeases(): Promise<void> {
    const now = this.#clock.monotonicMs()
    if (now - this.#lastHeartbeatMs >= this.#leases.leaseMs / 3) {
      await this.#leases.heartbeat()
      this.#lastHeartbeatMs = now
    }
    const attempts = [...this.#running.keys()]
    const rows = new Map(
      (await this.#leases.inspect(attempts.map(({ row }) => row.id))).map(row => [row.id, row]),
    )
    for (const attempt of attempts) this.#compare(attempt, rows.get(attempt.row.id))
  }

  #compare(attempt: JobAttempt, now: JobRow | undefined): void {
    if (!this.#running.has(attempt)) return
    const { attempts, lease_owner } = attempt.row
    const isOurs = now?.state === 'running' && now.attempts === attempts && now.lease_owner === lease_owner
    if (!isOurs) attempt.abort(new JobLeaseLost())
    else if (now.cancel_requested === 1) attempt.abort(new JobCancelled())
  }

  /** Without a heartbeat, others will soon believe that we are gone: what runs here must end before they start it. */
  #stopWhenSilent(): void {
    if (this.#running.size === 0) return
    const silentMs = this.#clock.monotonicMs() - this.#lastHeartbeatMs
    if (silentMs < this.#leases.leaseMs * LEASE_SAFETY) return
    for (const attempt of this.#running.keys()) attempt.abort(new JobLeaseLost())
  }

  async #reapSometimes(): Promise<void> {
    const now = this.#clock.monotonicMs()
    if (now - this.#lastReapMs < this.#leases.leaseMs / 3) return
    this.#lastReapMs = now
    const mine = new Set([...this.#running.keys()].map(({ row }) => row.id))
    const others = (await this.#leases.listRunning()).filter(({ id }) => !mine.has(id))
    for (const row of this.#watch.expired(others, now)) {
      if (!(await this.#leases.takeBack(row))) continue
      this.#log.warn(
        { job: row.id, kind: row.kind, owner: row.lease_owner },
        'job of a vanished worker is run again',
      )
      this.#fill()
    }
  }
}
