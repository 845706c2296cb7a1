import { defineErrors } from '@seaworthy/kit'
import { type Actor, actorName } from '../../access/actor.ts'
import type { ActorReference } from '../../access/actor-finder.ts'
import type { Builds } from '../../builds/builds.ts'
import type { Events } from '../../events/events.ts'
import { isoTime } from '../../http/times.ts'
import type { JobLedger } from '../../jobs/job-ledger.ts'
import type { DeploymentApprovalRow } from '../../store/approval-rows.ts'
import type { Store, Transaction } from '../../store/database.ts'
import type { AppRow, DeploymentRow, ReleaseRow } from '../../store/schema.ts'
import type { DeploymentRecords } from '../deployment-records.ts'
import { MAX_ATTEMPTS } from '../job-signal.ts'
import type { ApprovalRecords, Decision } from './approval-records.ts'
import { type ApprovalRule, mustWait } from './approval-rules.ts'
import type { Approvers, WhyNot } from './approvers.ts'

export interface ApprovalsOptions {
  store: Store
  records: DeploymentRecords
  approvalRecords: ApprovalRecords
  approvers: Approvers
  builds: Pick<Builds, 'cancelQueued'>
  jobs: JobLedger
  events: Events
  /** Longest time one deployment may take. */
  deadlineMs: number
}

export interface GateRequest {
  app: AppRow
  deployment: DeploymentRow
  release: ReleaseRow
  by: ActorReference | undefined
}

const errors = defineErrors({
  not_waiting: {
    status: 409,
    message: 'Deployment {number} of {slug} does not wait for an approval: it is {state}.',
  },
  decided_already: {
    status: 409,
    message: 'Deployment {number} of {slug} was decided about already: {decision}.',
  },
  may_not_decide: {
    status: 403,
    message: 'You may not {what} deployment {number} of {slug}. {reason}',
  },
})

export const EXPIRY_JOB = 'end-approval'

/**
 * Deployments that wait until somebody lets them start. While one waits no job runs for it: the row is all there is, so
 * that it may wait for days and through restarts. Its end without a word is a job that is due at the deadline.
 */
export class Approvals {
  readonly #options: ApprovalsOptions

  constructor(options: ApprovalsOptions) {
    this.#options = options
  }

  /**
   * Why a deployment with its release does not go on yet, as a sentence for its log; undefined when it may. Otherwise it
   * waits from here on for an approval or its scheduled time, and the job that asked has nothing left to do. May be asked
   * again after a restart.
   */
  async whyNotYet(request: GateRequest): Promise<string | undefined> {
    const { approvalRecords } = this.#options
    const { app, deployment } = request
    const asked = await approvalRecords.find(deployment.id)
    if (asked?.state === 'approved') return this.#whyLater(request)
    const rule = await approvalRecords.rule(app.id)
    if (!asked && !(await this.#mustWait(rule, request))) return this.#whyLater(request)
    if (!asked) await this.#ask(request, rule)
    return `waiting until somebody with the role ${asked?.role ?? rule.role} approves`
  }

  /** Resolves with the deployment, on its way. Rejects with `not_waiting`, `decided_already` or `may_not_decide`. */
  approve(
    app: AppRow,
    deployment: DeploymentRow,
    { actor, comment }: { actor: Actor; comment?: string | undefined },
  ): Promise<DeploymentRow> {
    const decision = { state: 'approved' as const, decidedBy: actorName(actor), reason: comment || null }
    return this.#decide(app, deployment, actor, decision)
  }

  /** Resolves with the deployment, at its end. Rejects as `approve` does. */
  refuse(
    app: AppRow,
    deployment: DeploymentRow,
    { actor, reason }: { actor: Actor; reason: string },
  ): Promise<DeploymentRow> {
    return this.#decide(app, deployment, actor, { state: 'refused', decidedBy: actorName(actor), reason })
  }

  /** Takes the order back. False when the deployment does not wait. */
  async cancel(deployment: DeploymentRow, actor: string): Promise<boolean> {
    const error = { code: 'cancelled', message: 'Cancelled.' }
    return this.#end(deployment, { state: 'cancelled', decidedBy: actor, reason: null }, error)
  }

  /** The handler of the job that is due at the deadline. */
  async expire(deploymentId: string): Promise<void> {
    const { records, approvalRecords, events } = this.#options
    const asked = await approvalRecords.find(deploymentId)
    if (asked?.state !== 'waiting' || Number(asked.deadline_at) > Date.now()) return
    const deployment = await records.get(deploymentId)
    const days = Math.max(1, Math.round((Number(asked.deadline_at) - Number(asked.requested_at)) / DAY_MS))
    const reason = `Nobody approved it within ${days === 1 ? 'a day' : `${days} days`}. Deploy again to ask again.`
    const error = { code: 'approval_expired', message: reason }
    if (!(await this.#end(deployment, { state: 'expired', decidedBy: null, reason }, error))) return
    const data = { deployment: deployment.number }
    await events.append({ appId: deployment.app_id, type: 'approval:expired', data })
  }

  /** For pages: why this actor may not decide. Undefined where nothing waits. */
  async whyNot(app: AppRow, { id }: DeploymentRow, actor: Actor): Promise<WhyNot | undefined> {
    const asked = await this.#options.approvalRecords.find(id)
    return asked?.state === 'waiting' ? this.#options.approvers.whyNot(app, asked, actor) : undefined
  }

  /** Whether a deployment that is ordered now will be asked about: it is built at once then, whatever its time. */
  async isAsked(appId: string, trx: Transaction): Promise<boolean> {
    return (await this.#options.approvalRecords.rule(appId, trx)).required
  }

  async #mustWait(rule: ApprovalRule, { deployment, release }: GateRequest): Promise<boolean> {
    if (!rule.required) return false
    const servedBefore = await this.#options.approvalRecords.servedBefore(release.id)
    return mustWait(rule, { reason: deployment.reason, servedBefore })
  }

  async #ask({ app, deployment, release, by }: GateRequest, rule: ApprovalRule): Promise<void> {
    const { store, records, approvalRecords, jobs, events } = this.#options
    const { id, number } = deployment
    const asked = await store.transaction(async trx => {
      const row = await approvalRecords.ask(deployment, { rule, by }, trx)
      await records.move(id, 'awaiting_approval', {}, trx)
      const payload = { deploymentId: id }
      await jobs.enqueue(
        { kind: EXPIRY_JOB, payload, dedupeKey: `approval:${id}`, runAt: row.deadline_at },
        trx,
      )
      return row
    })
    records.announce(id)
    const data = { deployment: number, release: release.version, role: rule.role, until: asked.deadline_at }
    await events.append({ appId: app.id, type: 'approval:requested', data })
  }

  async #decide(
    app: AppRow,
    deployment: DeploymentRow,
    actor: Actor,
    decision: Decision & { state: 'approved' | 'refused' },
  ): Promise<DeploymentRow> {
    const { approvalRecords, records, events } = this.#options
    const { number } = deployment
    const asked = await approvalRecords.find(deployment.id)
    if (!asked) throw errors.not_waiting({ number, slug: app.slug, state: deployment.state })
    if (asked.state !== 'waiting')
      throw errors.decided_already({ number, slug: app.slug, decision: asked.state })
    await this.#requireMay(app, deployment, asked, actor, decision)
    const isFirst =
      decision.state === 'approved'
        ? await this.#goOn(deployment, asked, decision)
        : await this.#end(deployment, decision, refusal(decision))
    if (!isFirst) throw errors.decided_already({ number, slug: app.slug, decision: 'somebody was quicker' })
    const type = decision.state === 'approved' ? ('approval:given' as const) : ('approval:refused' as const)
    const data = { deployment: number, actor: actorName(actor), reason: decision.reason }
    await events.append({ appId: app.id, type, data })
    return records.get(deployment.id)
  }

  async #requireMay(
    app: AppRow,
    { number }: DeploymentRow,
    asked: DeploymentApprovalRow,
    actor: Actor,
    { state }: Decision,
  ): Promise<void> {
    const whyNot = await this.#options.approvers.whyNot(app, asked, actor)
    const what = state === 'approved' ? 'approve' : 'refuse'
    const reason = whyNot[what]
    if (reason !== undefined) throw errors.may_not_decide({ what, number, slug: app.slug, reason })
  }

  /** A new job takes the deployment up again where it stands: with its release. */
  async #goOn(deployment: DeploymentRow, asked: DeploymentApprovalRow, decision: Decision): Promise<boolean> {
    const { store, records, approvalRecords } = this.#options
    const by = asked.by_json === null ? undefined : JSON.parse(asked.by_json)
    const isFirst = await store.transaction(async trx => {
      if (!(await approvalRecords.decide(deployment.id, decision, trx))) return false
      await this.#enqueue(deployment, by, trx)
      return true
    })
    records.announce(deployment.id)
    return isFirst
  }

  /** What was built ahead of its time: a job of its own takes it up then. */
  async #whyLater({ deployment, by }: GateRequest): Promise<string | undefined> {
    const { scheduled_at } = deployment
    if (scheduled_at === null || scheduled_at <= Date.now()) return undefined
    await this.#options.store.transaction(trx => this.#enqueue(deployment, by, trx))
    return `waiting for its time: ${isoTime(scheduled_at)}`
  }

  async #enqueue(
    { id, app_id, scheduled_at }: DeploymentRow,
    by: ActorReference | undefined,
    trx: Transaction,
  ): Promise<void> {
    const { jobs, records, deadlineMs } = this.#options
    const job = await jobs.enqueue(
      {
        kind: 'deploy',
        payload: { deploymentId: id, by },
        queueKey: `app:${app_id}`,
        // Once: an earlier job that was cut off comes here again.
        dedupeKey: `approved:${id}`,
        runAt: scheduled_at ?? undefined,
        maxAttempts: MAX_ATTEMPTS,
        deadlineMs,
      },
      trx,
    )
    await records.update(id, { job_id: job.id }, trx)
  }

  async #end(
    { id, build_id }: DeploymentRow,
    decision: Decision,
    { code, message }: { code: string; message: string },
  ): Promise<boolean> {
    const { store, records, approvalRecords, builds } = this.#options
    const isFirst = await store.transaction(async trx => {
      if (!(await approvalRecords.decide(id, decision, trx))) return false
      await records.move(id, 'cancelled', { error_code: code, error_message: message }, trx)
      if (build_id) await builds.cancelQueued(build_id, trx)
      return true
    })
    if (isFirst) records.announce(id)
    return isFirst
  }
}

const DAY_MS = 86_400_000

function refusal({ decidedBy, reason }: Decision): { code: string; message: string } {
  return { code: 'approval_refused', message: `Refused by ${decidedBy}: ${reason}` }
}
