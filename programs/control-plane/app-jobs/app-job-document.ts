import type { AppJob } from '@seaworthy/api'
import { EXPORT_JOB, type ExportPayload, type ExportResult } from '../app-copies/app-exports.ts'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { JobRow } from '../store/schema.ts'
import { AT_ONCE, type BulkPayload, type BulkResult } from './bulk-apps.ts'

type AppLine = AppJob['apps'][number]

/** From the job and its recorded steps: what is shown survives a reload, and a restart of the platform. */
export function appJobDocument(row: JobRow, now: number): AppJob {
  const payload = JSON.parse(row.payload_json)
  const steps = JSON.parse(row.steps_json)
  const own = row.kind === EXPORT_JOB ? exported(row, payload, steps, now) : bulk(row, payload, steps)
  return {
    id: row.id,
    ...own,
    state: row.state,
    error: row.state === 'failed' ? errorOf(row) : null,
    createdAt: isoTime(row.created_at),
    finishedAt: isoTimeOrNull(row.finished_at),
  }
}

function bulk(
  { state }: JobRow,
  { action, apps }: BulkPayload,
  steps: Record<string, BulkResult>,
): Pick<AppJob, 'action' | 'apps' | 'file'> {
  let working = state === 'running' ? AT_ONCE : 0
  const lines = apps.map((slug, index): AppLine => {
    const result = steps[String(index)]
    if (result) return { slug, ...without(result) }
    if (state !== 'queued' && state !== 'running')
      return { slug, state: 'refused', reason: 'It had no turn: the job ended before.', deployment: null }
    return { slug, state: working-- > 0 ? 'working' : 'waiting', reason: null, deployment: null }
  })
  return { action, apps: lines, file: null }
}

function without({ state, reason, deployment }: BulkResult): Omit<AppLine, 'slug'> {
  return { state, reason: reason ?? null, deployment: deployment ?? null }
}

function exported(
  { state }: JobRow,
  { slug }: ExportPayload,
  { pack }: { pack?: ExportResult },
  now: number,
): Pick<AppJob, 'action' | 'apps' | 'file'> {
  const lines: Record<JobRow['state'], AppLine['state']> = {
    ...{ queued: 'waiting', running: 'working', succeeded: 'done' },
    ...{ failed: 'failed', cancelled: 'refused' },
  }
  const isThere = pack !== undefined && pack.expiresAt > now
  const file = isThere
    ? { name: pack.name, sizeBytes: pack.sizeBytes, expiresAt: isoTime(pack.expiresAt) }
    : null
  return { action: 'export', apps: [{ slug, state: lines[state], reason: null, deployment: null }], file }
}

function errorOf({ error_json }: JobRow): string | null {
  return error_json === null ? null : ((JSON.parse(error_json) as { message?: string }).message ?? null)
}
