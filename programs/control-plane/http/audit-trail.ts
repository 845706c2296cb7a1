/**
 * Writes the audit entry of each request that changes something, and of each that the policy refuses. It sits where
 * every request passes, so that a new endpoint is in the audit log without anybody having to think of it.
 */
import type { Action } from '@seaworthy/api'
import type { Logger } from '@seaworthy/kit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AuditActor, AuditFacts, AuditTarget, NewAuditEntry } from '../audit/audit-entry.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Queryable } from '../store/database.ts'

/** What an implementation adds to the entry of its request. */
export interface AuditDetails {
  /** Who it turned out to be, for a request that signs somebody in. */
  actor?: AuditActor
  /** The app or team of the path when missing. */
  target?: AuditTarget
  teamId?: string | null
  appId?: string | null
  /** What mattered before and after: shapes made for this, without any secret. */
  before?: AuditFacts
  after?: AuditFacts
}

export interface CallAudit {
  /** Says more in the entry that is written once the implementation has succeeded; a later call adds to an earlier one. */
  (details: AuditDetails): void
  /** Writes the entry as a part of the change, last in its transaction: both or neither. None is written afterwards. */
  within(trx: Queryable, details?: AuditDetails): Promise<void>
  /** Nothing is to be written: nothing changed, or the implementation has written its entries itself. */
  skip(): void
}

export interface RequestAudit {
  call: CallAudit
  /** Before the answer is sent: what could not be logged is not reported as done. */
  finish(): Promise<void>
}

/** The entry of one request of an endpoint. A GET leaves one only when its implementation says something. */
export function auditOf(
  request: FastifyRequest,
  { action, audit }: { action: Action; audit: Pick<AuditLog, 'append'> },
): RequestAudit {
  const details: AuditDetails = {}
  let wanted = request.method !== 'GET' && request.method !== 'HEAD'
  const entry = () => ({ ...entryOf(request, action), ...details })
  const call = Object.assign(
    (more: AuditDetails) => {
      Object.assign(details, more)
      wanted = true
    },
    {
      async within(trx: Queryable, more: AuditDetails = {}) {
        Object.assign(details, more)
        await audit.append(entry(), trx)
        wanted = false
      },
      skip() {
        wanted = false
      },
    },
  )
  return { call, finish: async () => void (wanted && (await audit.append(entry()))) }
}

export interface Refusal {
  action: string
  hidden: boolean
  target?: AuditTarget
  teamId?: string
  appId?: string
  reason: string
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by whoever throws the refusal of the policy. */
    refusal: Refusal | undefined
  }
}

/** Waiting entries beyond this many make their requests wait too. */
const MAX_UNWRITTEN = 100

/** From here on, `request.refusal` becomes an entry. */
export function recordRefusals(
  fastify: FastifyInstance,
  { audit, log }: { audit: Pick<AuditLog, 'append'>; log: Logger },
): void {
  const unwritten = new Set<Promise<void>>()
  fastify.decorateRequest('refusal', undefined)
  fastify.addHook('onSend', async request => {
    const { refusal } = request
    if (!refusal) return
    const written = audit.append(refusedEntry(request, refusal))
    // Waiting here would tell, by the time it takes, that what the actor must not learn of does exist.
    if (!refusal.hidden || unwritten.size >= MAX_UNWRITTEN) return written
    const settled = written
      .catch(error => log.error({ err: error }, 'the audit entry of a refusal was not written'))
      .finally(() => unwritten.delete(settled))
    unwritten.add(settled)
  })
  fastify.addHook('onClose', async () => void (await Promise.all(unwritten)))
}

function entryOf(request: FastifyRequest, action: string): NewAuditEntry {
  const { actor, app, team } = request
  return {
    actor,
    request,
    action,
    target: app
      ? { kind: 'app', id: app.id, name: app.slug }
      : team && { kind: 'team', id: team.id, name: team.slug },
    appId: app?.id,
    teamId: app?.team_id ?? team?.id,
  }
}

function refusedEntry(request: FastifyRequest, { action, reason, ...about }: Refusal): NewAuditEntry {
  const { target, teamId, appId } = about
  const { actor } = request
  return { actor, request, action, target, teamId, appId, outcome: 'refused', after: { reason } }
}
