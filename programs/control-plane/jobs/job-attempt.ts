import type { Logger } from '@seaworthy/kit'
import type { JobRow } from '../store/schema.ts'
import { isRetryable, JobCancelled, JobDeadlineExceeded, JobLeaseLost, JobReleased } from './errors.ts'
import type { JobLeases } from './job-leases.ts'
import type { AttemptOutcome } from './job-state.ts'

/** What a handler gets. It may be run again at any time: what must not be done twice goes into a `step`. */
export interface Job<Payload = unknown> {
  readonly id: string
  readonly kind: string
  readonly payload: Payload
  /** 1 for the first. */
  readonly attempt: number
  /** Aborts when the job is cancelled, over its deadline, released or lost; `reason.code` says which. */
  readonly signal: AbortSignal
  /**
   * Does `run` once for all attempts: its result (as JSON keeps it; undefined comes back as null) is recorded, and
   * an attempt that follows gets it without running. A kill between the end of `run` and the record repeats it, so
   * `run` should be idempotent.
   */
  step<Result>(name: string, run: () => Promise<Result>): Promise<Result>
  readonly log: Logger
  readonly correlationId: string
}

// biome-ignore lint/suspicious/noExplicitAny: each handler knows the payload of its kind
export type JobHandler = (job: Job<any>) => Promise<unknown>

export interface JobAttemptOptions {
  row: JobRow
  leases: JobLeases
  log: Logger
  correlationId: string
  /** How long a handler may go on after it was cancelled or its deadline has passed. */
  abortGraceMs: number
}

export interface AttemptEnd {
  outcome: AttemptOutcome
  error?: unknown
}

/** One run of one job's handler in this process. */
export class JobAttempt {
  readonly row: JobRow
  readonly #options: JobAttemptOptions
  readonly #controller = new AbortController()
  readonly #steps: Record<string, unknown>
  #saving: Promise<unknown> = Promise.resolve()

  constructor(options: JobAttemptOptions) {
    this.row = options.row
    this.#options = options
    this.#steps = JSON.parse(options.row.steps_json)
  }

  /** Resolves when the handler has ended, or has ignored its end for too long. Never rejects. */
  async execute(handler: JobHandler): Promise<AttemptEnd> {
    const deadline = this.#startDeadline()
    try {
      return await Promise.race([this.#call(handler), this.#ignoredAbort()])
    } finally {
      clearTimeout(deadline)
    }
  }

  abort(reason: JobCancelled | JobDeadlineExceeded | JobLeaseLost | JobReleased): void {
    if (!this.#controller.signal.aborted) this.#controller.abort(reason)
  }

  async #call(handler: JobHandler): Promise<AttemptEnd> {
    try {
      await handler(this.#asJob())
      return this.#signalReason() instanceof JobLeaseLost ? this.#lost() : { outcome: { type: 'returned' } }
    } catch (error) {
      return this.#judgeError(error)
    }
  }

  #asJob(): Job {
    const { row, log, correlationId } = this.#options
    return {
      id: row.id,
      kind: row.kind,
      payload: JSON.parse(row.payload_json),
      attempt: row.attempts,
      signal: this.#controller.signal,
      step: (name, run) => this.#step(name, run),
      log,
      correlationId,
    }
  }

  async #step<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
    if (Object.hasOwn(this.#steps, name)) return this.#steps[name] as Result
    this.#controller.signal.throwIfAborted()
    const result = asJson(await run())
    this.#steps[name] = result
    await this.#saveSteps()
    return result as Result
  }

  /** One at a time: a slower, older write must not overtake a newer one. */
  #saveSteps(): Promise<void> {
    const saved = this.#saving.then(async () => {
      const { leases, row } = this.#options
      if (await leases.saveSteps(row, JSON.stringify(this.#steps))) return
      this.abort(new JobLeaseLost())
      throw new JobLeaseLost()
    })
    this.#saving = saved.catch(() => {})
    return saved
  }

  #judgeError(error: unknown): AttemptEnd {
    const reason = this.#signalReason()
    if (reason instanceof JobLeaseLost || error instanceof JobLeaseLost) return this.#lost()
    if (reason instanceof JobCancelled) return { outcome: { type: 'cancelled' }, error: reason }
    if (reason instanceof JobReleased) return { outcome: { type: 'released' } }
    if (reason instanceof JobDeadlineExceeded)
      return { outcome: { type: 'failed', retryable: true }, error: reason }
    return { outcome: { type: 'failed', retryable: isRetryable(error) }, error }
  }

  #lost(): AttemptEnd {
    return { outcome: { type: 'lost' }, error: new JobLeaseLost() }
  }

  #signalReason(): unknown {
    return this.#controller.signal.aborted ? this.#controller.signal.reason : undefined
  }

  #startDeadline(): NodeJS.Timeout {
    const { deadline_ms: deadlineMs } = this.row
    return setTimeout(
      () => this.abort(new JobDeadlineExceeded(deadlineMs)),
      Math.min(deadlineMs, MAX_TIMER_MS),
    )
  }

  /** A handler that neither ends nor reacts would hold its queue for ever: its job fails for good. */
  #ignoredAbort(): Promise<AttemptEnd> {
    return new Promise(resolve => {
      this.#controller.signal.addEventListener('abort', () => {
        const reason = this.#signalReason()
        if (!(reason instanceof JobCancelled || reason instanceof JobDeadlineExceeded)) return
        const type = reason instanceof JobCancelled ? 'cancelled' : 'failed'
        const giveUp = () => {
          this.#options.log.error({ reason: reason.code }, 'job handler ignored its end')
          resolve({ outcome: { type, retryable: false }, error: reason })
        }
        setTimeout(giveUp, this.#options.abortGraceMs).unref()
      })
    })
  }
}

/** The longest a timer of Node can wait: 24.8 days. */
const MAX_TIMER_MS = 2 ** 31 - 1

function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null))
}
