import type { Job } from '@seaworthy/api'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { JobRow } from '../store/schema.ts'

/** Without the payload and the steps, which belong to the kind of the job and may hold what nobody should read. */
export function jobDocument(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    queueKey: row.queue_key,
    attempts: row.attempts,
    failures: row.failures,
    maxAttempts: row.max_attempts,
    cancelRequested: row.cancel_requested === 1,
    error: row.error_json === null ? null : errorOf(row.error_json),
    correlationId: row.correlation_id,
    runAt: isoTime(row.run_at),
    createdAt: isoTime(row.created_at),
    startedAt: isoTimeOrNull(row.started_at),
    finishedAt: isoTimeOrNull(row.finished_at),
  }
}

function errorOf(json: string): Job['error'] {
  const { code = null, message = 'unknown' } = JSON.parse(json) as { code?: string | null; message?: string }
  return { code, message }
}
