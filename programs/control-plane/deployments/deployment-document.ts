import type { Deployment, Receipt } from '@seaworthy/api'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { Queryable } from '../store/database.ts'
import type { DeploymentRow } from '../store/schema.ts'
import { canaryOf } from './canary-record.ts'
import { traffic, withoutProbes } from './receipt.ts'

/** Deployments as the API shows them: releases and builds by number, with three queries for all of them together. */
export async function deploymentDocuments(
  db: Queryable,
  rows: readonly DeploymentRow[],
): Promise<Deployment[]> {
  const [versions, builds, approvals] = await Promise.all([
    releaseVersions(db, rows),
    buildFacts(db, rows),
    approvalDocuments(db, rows),
  ])
  return rows.map(row => ({
    id: row.id,
    number: row.number,
    state: row.state,
    reason: row.reason,
    release: versions.get(row.release_id ?? '') ?? null,
    previousRelease: versions.get(row.previous_release_id ?? '') ?? null,
    build: builds.get(row.build_id ?? '')?.number ?? null,
    waitingFor: builds.get(row.build_id ?? '')?.waitingFor ?? null,
    error:
      row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? row.error_code },
    receipt: receiptOf(row) ?? null,
    canary: canaryDocument(row),
    approval: approvals.get(row.id) ?? null,
    createdBy: row.created_by,
    scheduledAt: isoTimeOrNull(row.scheduled_at),
    createdAt: isoTime(row.created_at),
    startedAt: isoTimeOrNull(row.started_at),
    switchedAt: isoTimeOrNull(row.switched_at),
    finishedAt: isoTimeOrNull(row.finished_at),
  }))
}

export async function deploymentDocument(db: Queryable, row: DeploymentRow): Promise<Deployment> {
  const [document] = await deploymentDocuments(db, [row])
  return document!
}

async function approvalDocuments(
  db: Queryable,
  rows: readonly DeploymentRow[],
): Promise<Map<string, NonNullable<Deployment['approval']>>> {
  if (rows.length === 0) return new Map()
  const found = await db
    .selectFrom('deployment_approvals')
    .selectAll()
    .where(
      'id',
      'in',
      rows.map(({ id }) => id),
    )
    .execute()
  return new Map(
    found.map(({ id, state, role, requested_at, deadline_at, decided_at, decided_by, reason }) => [
      id,
      {
        state,
        role,
        requestedAt: isoTime(requested_at),
        deadlineAt: isoTime(deadline_at),
        decidedAt: isoTimeOrNull(decided_at),
        decidedBy: decided_by,
        reason,
      },
    ]),
  )
}

function canaryDocument(row: DeploymentRow): Deployment['canary'] {
  const record = canaryOf(row)
  if (!record) return null
  const { percent, header, promoteAfterMinutes, since, seen, probes, request } = record
  return {
    percent,
    header: header ?? null,
    promoteAfterMinutes,
    since: isoTimeOrNull(since),
    canary: traffic(withoutProbes(seen.canary, probes)),
    stable: traffic(seen.stable),
    probes: { sent: probes.sent, failed: probes.failed },
    ending: request?.action ?? null,
    reason: request?.reason ?? null,
  }
}

export function receiptOf({ receipt_json }: DeploymentRow): Receipt | undefined {
  return receipt_json === null ? undefined : (JSON.parse(receipt_json) as Receipt)
}

async function releaseVersions(db: Queryable, rows: readonly DeploymentRow[]): Promise<Map<string, number>> {
  const ids = present(rows.flatMap(row => [row.release_id, row.previous_release_id]))
  if (ids.length === 0) return new Map()
  const found = await db.selectFrom('releases').select(['id', 'version']).where('id', 'in', ids).execute()
  return new Map(found.map(({ id, version }) => [id, version]))
}

async function buildFacts(
  db: Queryable,
  rows: readonly DeploymentRow[],
): Promise<Map<string, { number: number; waitingFor: string | null }>> {
  const ids = present(rows.map(row => row.build_id))
  if (ids.length === 0) return new Map()
  const found = await db
    .selectFrom('builds')
    .select(['id', 'number', 'state', 'waiting_for'])
    .where('id', 'in', ids)
    .execute()
  const waitingFor = (build: (typeof found)[number]) => (build.state === 'queued' ? build.waiting_for : null)
  return new Map(found.map(build => [build.id, { number: build.number, waitingFor: waitingFor(build) }]))
}

function present(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.filter(id => id !== null))]
}
