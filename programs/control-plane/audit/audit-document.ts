import type { AuditEntry } from '@seaworthy/api'
import { isoTime } from '../http/times.ts'
import type { Queryable } from '../store/database.ts'
import type { AuditEntryRow } from '../store/schema.ts'

/** Entries as the API shows them. They hold ids of people; the names are looked up here, two queries for a page. */
export async function auditDocuments(db: Queryable, rows: readonly AuditEntryRow[]): Promise<AuditEntry[]> {
  const [people, tokens] = await Promise.all([peopleOf(db, rows), tokensOf(db, rows)])
  return rows.map(row => {
    const person = row.actor_id === null ? undefined : people.get(row.actor_id)
    return {
      sequence: row.sequence,
      id: row.id,
      at: isoTime(row.at),
      actor: {
        kind: row.actor_kind,
        id: row.actor_id,
        email: person?.email ?? null,
        name: person?.name ?? null,
        deleted: row.actor_id !== null && person === undefined,
        tokenId: row.token_id,
        tokenName: row.token_id === null ? null : (tokens.get(row.token_id) ?? null),
      },
      action: row.action,
      target: targetOf(row, people),
      teamId: row.team_id,
      appId: row.app_id,
      address: row.address,
      userAgent: row.user_agent,
      requestId: row.request_id,
      outcome: row.outcome,
      before: parsed(row.before_json),
      after: parsed(row.after_json),
      previousHash: row.previous_hash,
      hash: row.hash,
    }
  })
}

function targetOf(
  { target_kind: kind, target_id: id, target_name: name }: AuditEntryRow,
  people: ReadonlyMap<string, { email: string }>,
): AuditEntry['target'] {
  if (kind === null) return null
  return { kind, id, name: kind === 'person' ? (people.get(id ?? '')?.email ?? 'deleted person') : name }
}

async function peopleOf(db: Queryable, rows: readonly AuditEntryRow[]) {
  const ids = unique(rows.flatMap(row => [row.actor_id, row.target_kind === 'person' ? row.target_id : null]))
  const people =
    ids.length === 0
      ? []
      : await db.selectFrom('user').select(['id', 'email', 'name']).where('id', 'in', ids).execute()
  return new Map(people.map(person => [person.id, person]))
}

async function tokensOf(db: Queryable, rows: readonly AuditEntryRow[]) {
  const ids = unique(rows.map(row => row.token_id))
  const tokens =
    ids.length === 0
      ? []
      : await db.selectFrom('api_tokens').select(['id', 'name']).where('id', 'in', ids).execute()
  return new Map(tokens.map(token => [token.id, token.name]))
}

function unique(ids: readonly (string | null)[]): string[] {
  return [...new Set(ids.filter(id => id !== null))]
}

/** What somebody has tampered with may be no JSON any more; it is shown as it is. */
function parsed(text: string | null): unknown {
  if (text === null) return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
