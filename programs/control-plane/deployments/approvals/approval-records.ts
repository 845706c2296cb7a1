import type { ActorReference } from '../../access/actor-finder.ts'
import type { DeploymentApprovalRow } from '../../store/approval-rows.ts'
import type { Queryable, Store } from '../../store/database.ts'
import type { DeploymentRow } from '../../store/schema.ts'
import { type ApprovalRule, NO_RULE } from './approval-rules.ts'

const HOUR_MS = 3_600_000

/** What became of the question, with what it was decided by. */
export interface Decision {
  state: 'approved' | 'refused' | 'expired' | 'cancelled'
  decidedBy: string | null
  reason: string | null
}

/** The rules of apps, and the questions that they led to. */
export class ApprovalRecords {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  async rule(
    appId: string,
    db: Queryable = this.#store.db,
  ): Promise<ApprovalRule & { updatedAt: number | null }> {
    const row = await db
      .selectFrom('app_approvals')
      .selectAll()
      .where('app_id', '=', appId)
      .executeTakeFirst()
    if (!row) return { ...NO_RULE, updatedAt: null }
    const { required, role, own_allowed, deadline_hours, updated_at } = row
    return {
      required: required === 1,
      role,
      ownAllowed: own_allowed === 1,
      deadlineHours: deadline_hours,
      updatedAt: updated_at,
    }
  }

  async setRule(appId: string, rule: ApprovalRule): Promise<void> {
    const fields = {
      required: rule.required ? 1 : 0,
      role: rule.role,
      own_allowed: rule.ownAllowed ? 1 : 0,
      deadline_hours: rule.deadlineHours,
      updated_at: Date.now(),
    }
    await this.#store.db
      .insertInto('app_approvals')
      .values({ app_id: appId, ...fields })
      .onConflict(conflict => conflict.column('app_id').doUpdateSet(fields))
      .execute()
  }

  find(deploymentId: string, db: Queryable = this.#store.db): Promise<DeploymentApprovalRow | undefined> {
    return db.selectFrom('deployment_approvals').selectAll().where('id', '=', deploymentId).executeTakeFirst()
  }

  /** Puts the question. Once: a deployment that comes here again after a restart finds it. */
  async ask(
    { id }: Pick<DeploymentRow, 'id'>,
    { rule, by }: { rule: ApprovalRule; by: ActorReference | undefined },
    trx: Queryable,
  ): Promise<DeploymentApprovalRow> {
    const now = Date.now()
    const row: DeploymentApprovalRow = {
      id,
      state: 'waiting',
      role: rule.role,
      own_allowed: rule.ownAllowed ? 1 : 0,
      by_json: by === undefined ? null : JSON.stringify(by),
      requested_at: now,
      deadline_at: now + rule.deadlineHours * HOUR_MS,
      decided_at: null,
      decided_by: null,
      reason: null,
    }
    await trx.insertInto('deployment_approvals').values(row).execute()
    return row
  }

  /** False when it was decided before: the first word counts. */
  async decide(
    deploymentId: string,
    { state, decidedBy, reason }: Decision,
    trx: Queryable,
  ): Promise<boolean> {
    const { numUpdatedRows } = await trx
      .updateTable('deployment_approvals')
      .set({ state, decided_by: decidedBy, reason, decided_at: Date.now() })
      .where('id', '=', deploymentId)
      .where('state', '=', 'waiting')
      .executeTakeFirst()
    return Number(numUpdatedRows) > 0
  }

  /** Whether the very same thing served before: artifact, variables and settings. */
  async servedBefore(releaseId: string): Promise<boolean> {
    const row = await this.#store.db
      .selectFrom('deployments')
      .innerJoin('releases as served', 'served.id', 'deployments.release_id')
      .innerJoin('releases as wanted', join =>
        join
          .onRef('wanted.app_id', '=', 'served.app_id')
          .onRef('wanted.artifact_digest', '=', 'served.artifact_digest')
          .onRef('wanted.env_version', '=', 'served.env_version')
          .onRef('wanted.settings_json', '=', 'served.settings_json'),
      )
      .select('served.id')
      .where('wanted.id', '=', releaseId)
      .where('deployments.state', 'in', ['draining', 'succeeded'])
      .where(eb =>
        eb(
          eb.fn.coalesce('wanted.shared_env_json', eb.val('')),
          '=',
          eb.fn.coalesce('served.shared_env_json', eb.val('')),
        ),
      )
      .executeTakeFirst()
    return row !== undefined
  }
}
