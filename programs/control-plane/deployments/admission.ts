import { AppError } from '@seaworthy/kit'
import type { NewAuditEntry } from '../audit/audit-entry.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { AppRow, DeploymentRow } from '../store/schema.ts'
import type { DeployJob } from './deployment-pipeline.ts'
import type { RequireStillAllowed } from './require-still-allowed.ts'

/** Lets a deployment start, or rejects with why it may not. May be asked again after a restart. */
export type Admit = (app: AppRow, deployment: DeploymentRow, job: DeployJob) => Promise<void>

/**
 * A deployment that starts at once has its audit entry from the request. One that was scheduled starts days later, when
 * nobody is there: it leaves an entry of its own, under who ordered it, and so does one that may not start any more.
 */
export function createAdmission({
  audit,
  requireStillAllowed,
}: {
  audit: Pick<AuditLog, 'append'>
  requireStillAllowed: RequireStillAllowed
}): Admit {
  return async (app, deployment, job) => {
    const entry = startEntry(app, deployment, job)
    try {
      await requireStillAllowed(app, job.payload)
    } catch (error) {
      if (isRefusal(error)) await audit.append({ ...entry, ...refused(entry, error) })
      throw error
    }
    // One that waits for an approval as well is built ahead of its time, and comes here again.
    if (deployment.scheduled_at !== null && deployment.scheduled_at <= Date.now())
      await job.step('audit', () => audit.append(entry))
  }
}

function startEntry(app: AppRow, { number }: DeploymentRow, { payload }: DeployJob): NewAuditEntry {
  return {
    actor: payload.by ?? { kind: 'platform' },
    action: 'app:deploy',
    target: { kind: 'app', id: app.id, name: app.slug },
    teamId: app.team_id,
    appId: app.id,
    after: { deployment: number, started: 'as scheduled' },
  }
}

function refused({ after }: NewAuditEntry, { message }: AppError): Pick<NewAuditEntry, 'outcome' | 'after'> {
  return { outcome: 'refused', after: { deployment: after?.deployment, reason: message } }
}

function isRefusal(error: unknown): error is AppError {
  return error instanceof AppError && error.status === 403
}
