import type { DeletionReceipt, PersonDocument, PersonExport } from '@seaworthy/api'
import { millisecondsOf } from '../accounts/sign-in-time.ts'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { DeletionReceiptRow, JobState, PersonExportRow } from '../store/schema.ts'
import type { PersonRecord } from './platform-people.ts'

export function personDocument({ user, teams, sessions, tokens }: PersonRecord): PersonDocument {
  const { id, email, name, platformRole } = user
  return {
    ...{ id, email, name, platformRole, teams },
    emailVerified: Boolean(user.emailVerified),
    twoFactor: Boolean(user.twoFactorEnabled),
    suspendedAt: isoTimeOrNull(user.suspendedAt),
    createdAt: isoTime(millisecondsOf(user.createdAt)),
    counts: { sessions, tokens },
  }
}

export function exportDocument(row: PersonExportRow, state: PersonExport['state']): PersonExport {
  return {
    state,
    jobId: row.job_id,
    requestedAt: isoTime(row.requested_at),
    readyAt: isoTimeOrNull(row.ready_at),
    expiresAt: isoTimeOrNull(row.expires_at),
    receipt: row.receipt_json === null ? null : JSON.parse(row.receipt_json),
  }
}

export function deletionDocument(row: DeletionReceiptRow, jobState: JobState | undefined): DeletionReceipt {
  const { removed, renamed } = JSON.parse(row.receipt_json)
  return {
    state: stateOf(row, jobState),
    requestedAt: isoTime(row.requested_at),
    finishedAt: isoTimeOrNull(row.finished_at),
    requestedBy: row.requested_by,
    removed,
    renamed,
  }
}

function stateOf(row: DeletionReceiptRow, jobState: JobState | undefined): DeletionReceipt['state'] {
  if (row.finished_at !== null) return 'done'
  return jobState === 'queued' || jobState === 'running' ? jobState : 'failed'
}
