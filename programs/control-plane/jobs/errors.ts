import { AppError } from '@seaworthy/kit'

/** Why a job's signal aborts: `signal.reason` is one of these. */
export class JobCancelled extends AppError {
  constructor() {
    super('job_cancelled', 'The job was cancelled.', { status: 409 })
  }
}

export class JobDeadlineExceeded extends AppError {
  constructor(deadlineMs: number) {
    super(
      'job_deadline',
      `The job took longer than the ${Math.round(deadlineMs / 1000)} seconds it may take.`,
      {
        status: 504,
      },
    )
  }
}

/** The worker stops; the job goes on elsewhere or after the restart, from its last recorded step. */
export class JobReleased extends AppError {
  constructor() {
    super('job_released', 'The worker is stopping; the job goes on later.', { status: 503 })
  }
}

/** Another worker may have the job by now: nothing this one does for it counts any more. */
export class JobLeaseLost extends AppError {
  constructor() {
    super('job_lease_lost', 'The worker lost its hold on the job.', { status: 503 })
  }
}

/** Thrown by a handler for a failure that no repetition mends. */
export class PermanentJobError extends AppError {
  readonly retryable = false
}

export class JobNotFound extends AppError {
  constructor(id: string) {
    super('job_not_found', `There is no job ${id}.`, { status: 404 })
  }
}

export class JobNotRetryable extends AppError {
  constructor(id: string, state: string) {
    super('job_not_retryable', `Job ${id} is ${state}; only a failed or cancelled job can be run again.`, {
      status: 409,
    })
  }
}

/** What is kept of an error in the job's row. Stacks and causes go to the log only. */
export function describeJobError(error: unknown): { code: string; message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message }
  if (error instanceof Error) return { code: 'internal_error', message: error.message }
  return { code: 'internal_error', message: String(error) }
}

export function isRetryable(error: unknown): boolean {
  return (error as { retryable?: boolean } | undefined)?.retryable !== false
}
