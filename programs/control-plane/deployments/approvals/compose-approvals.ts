/** What lets people decide which deployments start, and when: approvals, times, and what a deployment would change. */
import type { SourceStore } from '@seaworthy/source'
import { AccessReader } from '../../access/access-reader.ts'
import type { Builds } from '../../builds/builds.ts'
import type { EnvVars } from '../../env/env-vars.ts'
import type { Events } from '../../events/events.ts'
import type { JobLedger } from '../../jobs/job-ledger.ts'
import type { Releases } from '../../releases/releases.ts'
import type { Store } from '../../store/database.ts'
import { ReleaseComparison } from '../changes/release-comparison.ts'
import type { DeploymentRecords } from '../deployment-records.ts'
import { DeploymentSchedule } from '../schedule.ts'
import { ApprovalRecords } from './approval-records.ts'
import { Approvals, EXPIRY_JOB } from './approvals.ts'
import { Approvers } from './approvers.ts'

export interface ApprovalSurroundings {
  store: Store
  records: DeploymentRecords
  builds: Pick<Builds, 'cancelQueued'>
  jobs: JobLedger
  events: Events
  releases: Releases
  envVars: EnvVars
  sources: Pick<SourceStore, 'open'>
  /** Longest time one deployment may take. */
  deadlineMs: number
}

export function composeApprovals({ releases, envVars, sources, ...own }: ApprovalSurroundings) {
  const { store, records, jobs, events } = own
  const approvalRecords = new ApprovalRecords({ store })
  const approvers = new Approvers({ store, access: new AccessReader({ store }) })
  const approvals = new Approvals({ ...own, approvalRecords, approvers })
  const routeParts = {
    deploymentRecords: records,
    approvals,
    approvalRecords,
    schedule: new DeploymentSchedule({ store, records, approvalRecords, jobs, events }),
    comparison: new ReleaseComparison({ store, releases, envVars, sources }),
  }
  const jobHandlers = {
    [EXPIRY_JOB]: (job: { payload: { deploymentId: string } }) => approvals.expire(job.payload.deploymentId),
  }
  return { approvals, routeParts, jobHandlers }
}
