import { type ExpressionBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { Queryable, Store } from '../store/database.ts'
import { fetchPage, type Page, type PageRequest } from '../store/paging.ts'
import type { AuditEntryRow, Database } from '../store/schema.ts'
import type { VisibleEntries } from './audit-visibility.ts'
import { isOwnEntry } from './own-entries.ts'

export interface AuditFilter {
  visible: VisibleEntries
  /** An e-mail address or the id of a person. */
  actor?: string | undefined
  /** `app:update`, or `app:*`. */
  action?: string | undefined
  /** Slug, also of an app that was deleted since. */
  app?: string | undefined
  /** Slug. */
  team?: string | undefined
  /** Milliseconds since 1970; `from` is included, `to` is not. */
  from?: number | undefined
  to?: number | undefined
  outcome?: AuditEntryRow['outcome'] | undefined
  text?: string | undefined
}

const ENTRIES_AT_ONCE = 500

type Query = SelectQueryBuilder<Database, 'audit_entries', Record<never, never>>
type Builder = ExpressionBuilder<Database, 'audit_entries'>

/** Reads the audit log for people. */
export class AuditReader {
  readonly #store: Store

  constructor({ store }: { store: Store }) {
    this.#store = store
  }

  /** Newest first unless told. */
  list(
    filter: AuditFilter,
    { order = 'desc', ...page }: PageRequest & { order?: 'asc' | 'desc' } = {},
  ): Promise<Page<AuditEntryRow>> {
    return fetchPage(filtered(this.#store.db, filter).selectAll().orderBy('sequence', order), page)
  }

  /** All that match and are there now, oldest first, 500 in memory at a time. */
  async *all(filter: AuditFilter): AsyncIterable<AuditEntryRow[]> {
    const last = await this.#last()
    for (let after = 0; ; ) {
      const rows = await filtered(this.#store.db, filter)
        .selectAll()
        .where('sequence', '>', after)
        .where('sequence', '<=', last)
        .orderBy('sequence')
        .limit(ENTRIES_AT_ONCE)
        .execute()
      if (rows.length > 0) yield rows
      if (rows.length < ENTRIES_AT_ONCE) return
      after = rows.at(-1)!.sequence
    }
  }

  /** An export leaves an entry itself: without an end, it would run after its own tail. */
  async #last(): Promise<number> {
    const { last } = await this.#store.db
      .selectFrom('audit_entries')
      .select(eb => eb.fn.max('sequence').as('last'))
      .executeTakeFirstOrThrow()
    return last ?? 0
  }
}

function filtered(db: Queryable, filter: AuditFilter): Query {
  let query = narrowed(db.selectFrom('audit_entries'), filter.visible)
  const { actor, action, app, team, from, to, outcome, text } = filter
  if (actor !== undefined) query = query.where(eb => isActor(eb, actor))
  if (action !== undefined) query = query.where(eb => isAction(eb, action))
  if (app !== undefined) query = query.where(eb => isAboutApp(eb, app))
  if (team !== undefined)
    query = query.where('team_id', 'in', eb => eb.selectFrom('teams').select('id').where('slug', '=', team))
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  if (outcome !== undefined) query = query.where('outcome', '=', outcome)
  if (text !== undefined && text !== '') query = query.where(eb => contains(eb, text))
  return query
}

function narrowed(query: Query, { anyOf, teamId, appIds }: VisibleEntries): Query {
  let narrow = query
  if (anyOf !== 'everything') narrow = narrow.where(eb => isOneOf(eb, anyOf))
  if (teamId !== null) narrow = narrow.where('team_id', '=', teamId)
  if (appIds !== null) narrow = narrow.where('app_id', 'in', orNone(appIds))
  return narrow
}

function isOneOf(eb: Builder, { actorId, teamIds, appIds }: Exclude<VisibleEntries['anyOf'], 'everything'>) {
  return eb.or([
    isOwnEntry(eb, actorId),
    eb('team_id', 'in', orNone(teamIds)),
    eb('app_id', 'in', orNone(appIds)),
  ])
}

/** Neither database takes an empty list after `in`. */
function orNone(ids: readonly string[]): readonly string[] {
  return ids.length === 0 ? [''] : ids
}

function isActor(eb: Builder, actor: string) {
  const byEmail = eb.selectFrom('user').select('user.id').where('email', '=', actor.toLowerCase())
  return eb.or([eb('actor_id', '=', actor), eb('actor_id', 'in', byEmail), eb('token_id', '=', actor)])
}

function isAction(eb: Builder, action: string) {
  return action.endsWith('*')
    ? eb('action', 'like', sql<string>`${likePattern(action.slice(0, -1))} || '%' escape '\\'`)
    : eb('action', '=', action)
}

/** An app that is purged has no row any more, but its entries know how it was called. */
function isAboutApp(eb: Builder, slug: string) {
  const present = eb.selectFrom('apps').select('apps.id').where('slug', '=', slug)
  const past = eb
    .selectFrom('audit_entries as past')
    .select('past.app_id')
    // Each app was made or deleted at some time; looking at those alone spares a walk through the whole log.
    .where('past.action', 'in', ['app:create', 'app:delete'])
    .where('past.target_kind', '=', 'app')
    .where('past.target_name', '=', slug)
    .where('past.app_id', 'is not', null)
  return eb.or([eb('app_id', 'in', present), eb('app_id', 'in', past)])
}

function contains(eb: Builder, text: string) {
  const pattern = `%${likePattern(text.toLowerCase())}%`
  const columns = ['target_name', 'target_id', 'action', 'address', 'before_json', 'after_json'] as const
  return eb.or(columns.map(column => sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`))
}

function likePattern(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&')
}
