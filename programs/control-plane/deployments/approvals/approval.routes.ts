import { type Actor, actorName } from '../../access/actor.ts'
import type { Events } from '../../events/events.ts'
import { requireAppCan } from '../../http/app-access.ts'
import type { Implementations } from '../../http/endpoint-implementation.ts'
import { isoTimeOrNull } from '../../http/times.ts'
import type { Store } from '../../store/database.ts'
import type { AppRow, DeploymentRow } from '../../store/schema.ts'
import type { ReleaseComparison } from '../changes/release-comparison.ts'
import { deploymentDocument } from '../deployment-document.ts'
import { deploymentErrors } from '../deployment-errors.ts'
import type { DeploymentRecords } from '../deployment-records.ts'
import type { DeploymentSchedule } from '../schedule.ts'
import type { ApprovalRecords } from './approval-records.ts'
import type { Approvals } from './approvals.ts'

export interface ApprovalRoutesOptions {
  store: Store
  events: Events
  deploymentRecords: Pick<DeploymentRecords, 'getByNumber'>
  approvals: Approvals
  approvalRecords: ApprovalRecords
  comparison: ReleaseComparison
  schedule: DeploymentSchedule
}

export function approvalRoutes(options: ApprovalRoutesOptions): Implementations {
  const { store, events, approvals, approvalRecords, comparison, schedule } = options
  const find = (app: AppRow, number: number) => findDeployment(options, app, number)
  const rule = async (app: AppRow) => {
    const { updatedAt, ...found } = await approvalRecords.rule(app.id)
    return { ...found, updatedAt: isoTimeOrNull(updatedAt) }
  }
  return {
    'approval.get': { answer: ({ app }) => rule(app) },
    'approval.set': {
      async answer({ app, body, actor, audit }) {
        const { updatedAt, ...before } = await approvalRecords.rule(app.id)
        await approvalRecords.setRule(app.id, body)
        audit({ before, after: body })
        const data = { required: body.required, role: body.role, actor: actorName(actor) }
        await events.append({ appId: app.id, type: 'approval:changed', data })
        return rule(app)
      },
    },
    'deployments.approve': {
      async answer({ app, params, body, actor, audit }) {
        requireAppCan('deploy', app)
        const deployment = await find(app, params.number)
        audit({ after: { deployment: params.number, approved: true, comment: body.comment } })
        const row = await approvals.approve(app, deployment, { actor, comment: body.comment })
        return deploymentDocument(store.db, row)
      },
    },
    'deployments.refuse': {
      async answer({ app, params, body, actor, audit }) {
        const deployment = await find(app, params.number)
        audit({ after: { deployment: params.number, approved: false, reason: body.reason } })
        const row = await approvals.refuse(app, deployment, { actor, reason: body.reason })
        return deploymentDocument(store.db, row)
      },
    },
    'deployments.changes': {
      async answer({ app, params, actor }) {
        const deployment = await find(app, params.number)
        const [changes, can] = await Promise.all([
          comparison.ofDeployment(app, deployment),
          permissions(approvals, app, deployment, actor),
        ])
        return { ...changes, can }
      },
    },
    'deployments.reschedule': {
      async answer({ app, params, body, actor, audit }) {
        const deployment = await find(app, params.number)
        const { scheduledAt } = body
        audit({
          before: { scheduledAt: isoTimeOrNull(deployment.scheduled_at) },
          after: { deployment: params.number, scheduledAt },
        })
        const at = scheduledAt === null ? null : Date.parse(scheduledAt)
        const row = await schedule.change(app, deployment, { at, actor: actorName(actor) })
        return deploymentDocument(store.db, row)
      },
    },
    'releases.changes': {
      answer: ({ app, params, query }) => comparison.ofRelease(app, params.version, query.env ?? 'release'),
    },
  }
}

async function permissions(approvals: Approvals, app: AppRow, deployment: DeploymentRow, actor: Actor) {
  const whyNot = await approvals.whyNot(app, deployment, actor)
  const nothing = 'Nothing waits for an approval here.'
  if (!whyNot) return { approve: nothing, refuse: nothing }
  return { approve: whyNot.approve ?? (true as const), refuse: whyNot.refuse ?? (true as const) }
}

async function findDeployment(
  { deploymentRecords }: ApprovalRoutesOptions,
  app: AppRow,
  number: number,
): Promise<DeploymentRow> {
  const row = await deploymentRecords.getByNumber(app.id, number)
  if (!row) throw deploymentErrors.deployment_not_found({ slug: app.slug, number })
  return row
}
