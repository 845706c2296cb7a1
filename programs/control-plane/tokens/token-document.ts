import type { Token } from '@seaworthy/api'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { Queryable } from '../store/database.ts'
import type { ApiTokenRow, Scope } from '../store/schema.ts'
import { tokenState } from './token-state.ts'

/** Tokens as the API shows them: never a hash. Three queries, however many tokens. */
export async function tokenDocuments(
  db: Queryable,
  rows: readonly ApiTokenRow[],
  now: number,
): Promise<Token[]> {
  const appIds = rows.flatMap(appIdsOf)
  const [people, teams, apps] = await Promise.all([
    peopleById(db, unique(rows.map(row => row.user_id))),
    slugsById(db, 'teams', unique(rows.flatMap(row => row.team_id ?? []))),
    slugsById(db, 'apps', unique(appIds)),
  ])
  return rows.map(row => ({
    id: row.id,
    name: row.name,
    hint: row.hint,
    state: tokenState(row, now),
    scopes: JSON.parse(row.scopes_json) as Scope[],
    // An app that was deleted for good has no slug any more; its id opens nothing.
    apps: row.app_ids_json === null ? null : appIdsOf(row).flatMap(id => apps.get(id) ?? []),
    team: row.team_id === null ? null : (teams.get(row.team_id) ?? null),
    person: people.get(row.user_id)!,
    createdAt: isoTime(row.created_at),
    expiresAt: isoTimeOrNull(row.expires_at),
    lastUsedAt: isoTimeOrNull(row.last_used_at),
    lastUsedFrom: row.last_used_from,
    previousUntil:
      row.previous_until !== null && row.previous_until > now ? isoTime(row.previous_until) : null,
    revokedAt: isoTimeOrNull(row.revoked_at),
  }))
}

function appIdsOf({ app_ids_json }: ApiTokenRow): string[] {
  return app_ids_json === null ? [] : JSON.parse(app_ids_json)
}

async function peopleById(db: Queryable, ids: string[]): Promise<Map<string, Token['person']>> {
  const rows = await db.selectFrom('user').select(['id', 'email', 'name']).where('id', 'in', ids).execute()
  return new Map(rows.map(row => [row.id, row]))
}

async function slugsById(
  db: Queryable,
  table: 'apps' | 'teams',
  ids: string[],
): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom(table).select(['id', 'slug']).where('id', 'in', ids).execute()
  return new Map(rows.map(row => [row.id, row.slug]))
}

function unique(ids: readonly string[]): string[] {
  return [...new Set(ids)]
}
