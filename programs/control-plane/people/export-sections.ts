/** What the platform knows about a person, section by section. Never a password, a hash, a token or a secret's value. */

import { millisecondsOf } from '../accounts/sign-in-time.ts'
import { isOwnEntry } from '../audit/own-entries.ts'
import type { Queryable } from '../store/database.ts'
import type { AuditEntryRow } from '../store/schema.ts'
import { contains, type PersonNames } from './person-traces.ts'

export type ExportRow = Record<string, unknown>

export interface ExportSection {
  /** The key in the document. */
  name: string
  /** Rows after `cursor`, oldest first; fewer than `limit` are the last ones. */
  read(db: Queryable, person: PersonNames, page: { after: string; limit: number }): Promise<SectionRow[]>
}

export interface SectionRow {
  /** Where the next page goes on. */
  cursor: string
  row: ExportRow
}

const AUDIT_COLUMNS = [
  ...(['sequence', 'at', 'action', 'outcome', 'actor_id', 'token_id', 'address', 'user_agent'] as const),
  ...(['request_id', 'target_kind', 'target_id', 'target_name', 'before_json', 'after_json'] as const),
]

export const exportSections: readonly ExportSection[] = [
  {
    name: 'signInMethods',
    read: async (db, { userId }, { after, limit }) => {
      const rows = await db
        .selectFrom('account')
        .select(['id', 'providerId', 'createdAt', 'updatedAt'])
        .where('userId', '=', userId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id, providerId, createdAt, updatedAt }) => ({
        cursor: id,
        row: {
          method: providerId === 'credential' ? 'password' : providerId,
          ...times({ createdAt, updatedAt }),
        },
      }))
    },
  },
  {
    name: 'passkeys',
    read: async (db, { userId }, { after, limit }) => {
      const rows = await db
        .selectFrom('passkey')
        .select(['id', 'name', 'deviceType', 'createdAt'])
        .where('userId', '=', userId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id, name, deviceType, createdAt }) => ({
        cursor: id,
        row: { name, deviceType, ...times({ createdAt }) },
      }))
    },
  },
  {
    name: 'sessions',
    read: async (db, { userId }, { after, limit }) => {
      const rows = await db
        .selectFrom('session')
        .select(['id', 'ipAddress', 'userAgent', 'createdAt', 'updatedAt', 'expiresAt'])
        .where('userId', '=', userId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id, ipAddress, userAgent, createdAt, updatedAt, expiresAt }) => ({
        cursor: id,
        row: {
          address: ipAddress,
          device: userAgent,
          ...times({ createdAt, lastUsedAt: updatedAt, expiresAt }),
        },
      }))
    },
  },
  {
    name: 'teams',
    read: async (db, { userId }, { after, limit }) => {
      const rows = await db
        .selectFrom('team_members')
        .innerJoin('teams', 'teams.id', 'team_members.team_id')
        .select(['teams.id', 'teams.slug', 'teams.name', 'team_members.role', 'team_members.created_at'])
        .where('team_members.user_id', '=', userId)
        .where('teams.id', '>', after)
        .orderBy('teams.id')
        .limit(limit)
        .execute()
      return rows.map(({ id, slug, name, role, created_at }) => ({
        cursor: id,
        row: { team: slug, name, role, ...times({ since: created_at }) },
      }))
    },
  },
  {
    name: 'apps',
    read: async (db, { userId }, { after, limit }) => {
      const rows = await db
        .selectFrom('apps')
        .select(['id', 'slug', 'name', 'created_at', 'deleted_at'])
        .where('made_by', '=', userId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id, slug, name, created_at, deleted_at }) => ({
        cursor: id,
        row: { app: slug, name, ...times({ createdAt: created_at, deletedAt: deleted_at }) },
      }))
    },
  },
  {
    name: 'appGrants',
    read: async (db, { userId }, { after, limit }) => {
      const rows = await db
        .selectFrom('app_grants')
        .innerJoin('apps', 'apps.id', 'app_grants.app_id')
        .select(['apps.id', 'apps.slug', 'app_grants.role', 'app_grants.created_at'])
        .where('app_grants.user_id', '=', userId)
        .where('apps.id', '>', after)
        .orderBy('apps.id')
        .limit(limit)
        .execute()
      return rows.map(({ id, slug, role, created_at }) => ({
        cursor: id,
        row: { app: slug, role, ...times({ since: created_at }) },
      }))
    },
  },
  {
    name: 'invitations',
    read: async (db, { userId, email }, { after, limit }) => {
      const rows = await db
        .selectFrom('invitations')
        .innerJoin('teams', 'teams.id', 'invitations.team_id')
        .select(['invitations.id', 'teams.slug', 'invitations.email', 'invitations.role', 'invited_by'])
        .select(['invitations.created_at', 'invitations.expires_at', 'accepted_at', 'revoked_at'])
        .where(eb =>
          eb.or([
            eb('invitations.email', '=', email),
            eb('invited_by', '=', userId),
            eb('accepted_by', '=', userId),
          ]),
        )
        .where('invitations.id', '>', after)
        .orderBy('invitations.id')
        .limit(limit)
        .execute()
      return rows.map(({ id, slug, email: to, role, invited_by, ...at }) => ({
        cursor: id,
        row: {
          ...{ team: slug, to, role, sentByYou: invited_by === userId },
          ...times({ createdAt: at.created_at, expiresAt: at.expires_at }),
          ...times({ acceptedAt: at.accepted_at, revokedAt: at.revoked_at }),
        },
      }))
    },
  },
  {
    name: 'apiTokens',
    read: async (db, { userId }, { after, limit }) => {
      const rows = await db
        .selectFrom('api_tokens')
        .select(['id', 'name', 'hint', 'scopes_json', 'last_used_from', 'created_at', 'expires_at'])
        .select(['last_used_at', 'revoked_at'])
        .where('user_id', '=', userId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id, name, hint, scopes_json, last_used_from, ...at }) => ({
        cursor: id,
        row: {
          ...{ id, name, endsWith: hint, scopes: JSON.parse(scopes_json), lastUsedFrom: last_used_from },
          ...times({ createdAt: at.created_at, expiresAt: at.expires_at }),
          ...times({ lastUsedAt: at.last_used_at, revokedAt: at.revoked_at }),
        },
      }))
    },
  },
  {
    name: 'releases',
    read: async (db, { email }, { after, limit }) => {
      const rows = await db
        .selectFrom('releases')
        .innerJoin('apps', 'apps.id', 'releases.app_id')
        .select(['releases.id', 'apps.slug', 'releases.version', 'releases.reason', 'releases.created_at'])
        .where('releases.created_by', '=', email)
        .where('releases.id', '>', after)
        .orderBy('releases.id')
        .limit(limit)
        .execute()
      return rows.map(({ id, slug, version, reason, created_at }) => ({
        cursor: id,
        row: { app: slug, version, reason, ...times({ createdAt: created_at }) },
      }))
    },
  },
  {
    name: 'deployments',
    read: async (db, { email }, { after, limit }) => {
      const rows = await db
        .selectFrom('deployments')
        .innerJoin('apps', 'apps.id', 'deployments.app_id')
        .select([
          'deployments.id',
          'apps.slug',
          'deployments.number',
          'deployments.reason',
          'deployments.state',
        ])
        .select(['deployments.created_at', 'deployments.finished_at'])
        .where('deployments.created_by', '=', email)
        .where('deployments.id', '>', after)
        .orderBy('deployments.id')
        .limit(limit)
        .execute()
      return rows.map(({ id, slug, number, reason, state, created_at, finished_at }) => ({
        cursor: id,
        row: {
          app: slug,
          number,
          reason,
          state,
          ...times({ createdAt: created_at, finishedAt: finished_at }),
        },
      }))
    },
  },
  {
    name: 'envVersions',
    read: async (db, { email }, { after, limit }) => {
      const rows = await db
        .selectFrom('env_versions')
        .innerJoin('apps', 'apps.id', 'env_versions.app_id')
        .select(['env_versions.id', 'apps.slug', 'env_versions.version', 'env_versions.created_at'])
        .where('env_versions.author', '=', email)
        .where('env_versions.id', '>', after)
        .orderBy('env_versions.id')
        .limit(limit)
        .execute()
      return rows.map(({ id, slug, version, created_at }) => ({
        cursor: id,
        row: { app: slug, version, ...times({ createdAt: created_at }) },
      }))
    },
  },
  {
    name: 'sharedEnvVersions',
    read: async (db, { email }, { after, limit }) => {
      const rows = await db
        .selectFrom('shared_env_versions')
        .innerJoin('teams', 'teams.id', 'shared_env_versions.team_id')
        .select(['shared_env_versions.id', 'teams.slug', 'shared_env_versions.environment'])
        .select(['shared_env_versions.version', 'shared_env_versions.created_at'])
        .where('shared_env_versions.author', '=', email)
        .where('shared_env_versions.id', '>', after)
        .orderBy('shared_env_versions.id')
        .limit(limit)
        .execute()
      return rows.map(({ id, slug, environment, version, created_at }) => ({
        cursor: id,
        row: { team: slug, environment, version, ...times({ createdAt: created_at }) },
      }))
    },
  },
  {
    name: 'events',
    read: async (db, { userId, email }, { after, limit }) => {
      const rows = await db
        .selectFrom('events')
        .select(['id', 'type', 'data_json', 'created_at'])
        .where(eb => eb.or([contains('data_json', `"${email}"`), contains('data_json', `"${userId}"`)]))
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ id, type, data_json, created_at }) => ({
        cursor: id,
        row: { type, data: JSON.parse(data_json), ...times({ at: created_at }) },
      }))
    },
  },
  {
    name: 'usage',
    read: async (db, { userId }, { after, limit }) => {
      const [day = '', name = ''] = after.split(' ')
      const rows = await db
        .selectFrom('usage_days')
        .select(['name', 'day', 'used'])
        .where('subject_kind', '=', 'user')
        .where('subject_id', '=', userId)
        .where(eb => eb.or([eb('day', '>', day), eb.and([eb('day', '=', day), eb('name', '>', name)])]))
        .orderBy('day')
        .orderBy('name')
        .limit(limit)
        .execute()
      return rows.map(row => ({ cursor: `${row.day} ${row.name}`, row }))
    },
  },
  {
    name: 'auditEntries',
    read: async (db, { userId }, { after, limit }) => {
      const rows = await db
        .selectFrom('audit_entries')
        .select(AUDIT_COLUMNS)
        .where(eb => eb.or([isOwnEntry(eb, userId), eb('target_id', '=', userId)]))
        .where('sequence', '>', Number(after))
        .orderBy('sequence')
        .limit(limit)
        .execute()
      return rows.map(row => ({ cursor: String(row.sequence), row: auditEntry(row, userId) }))
    },
  },
]

/** Where somebody else was when they changed something about the person is theirs. */
function auditEntry(
  row: Pick<AuditEntryRow, (typeof AUDIT_COLUMNS)[number]>,
  userId: string,
): Record<string, unknown> {
  const { actor_id, at, before_json, after_json, address, user_agent, token_id, ...facts } = row
  const byYou = actor_id === userId
  return {
    ...{ ...facts, byYou, ...times({ at }), ...(byYou && { address, user_agent, token_id }) },
    ...{ before: parsed(before_json), after: parsed(after_json) },
  }
}

/** Every time as ISO 8601, whichever way its table keeps it. */
function times(values: Record<string, number | string | Date | null>): Record<string, string | null> {
  const iso = (value: number | string | Date) =>
    new Date(typeof value === 'number' ? value : millisecondsOf(value)).toISOString()
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === null ? null : iso(value)]),
  )
}

function parsed(json: string | null): unknown {
  return json === null ? null : JSON.parse(json)
}
