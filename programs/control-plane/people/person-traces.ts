/**
 * Where the history of apps and teams names a person: by e-mail address or by id. The history stays, the name goes. A
 * new column that names people has to be told here; a test that looks through the whole database finds one that is not.
 */
import { type Expression, type RawBuilder, sql } from 'kysely'
import type { Queryable, Store } from '../store/database.ts'
import type { Database } from '../store/schema.ts'

export const DELETED_PERSON = 'deleted person'

export interface PersonNames {
  userId: string
  email: string
}

type Table = keyof Database & string

export interface TracePlace {
  table: Table
  column: string
  /** `text`: the whole value is a name. `json`: strings anywhere in it are. */
  kind: 'text' | 'json'
  /** Where the column is about nobody rather than about a deleted person. */
  nobody?: true
}

export const tracePlaces: readonly TracePlace[] = [
  { table: 'apps', column: 'made_by', kind: 'text', nobody: true },
  { table: 'releases', column: 'created_by', kind: 'text' },
  { table: 'deployments', column: 'created_by', kind: 'text' },
  { table: 'deployment_approvals', column: 'decided_by', kind: 'text' },
  { table: 'deployment_approvals', column: 'by_json', kind: 'json' },
  { table: 'env_versions', column: 'author', kind: 'text' },
  { table: 'shared_env_versions', column: 'author', kind: 'text' },
  { table: 'invitations', column: 'invited_by', kind: 'text' },
  { table: 'invitations', column: 'accepted_by', kind: 'text' },
  { table: 'events', column: 'data_json', kind: 'json' },
  { table: 'jobs', column: 'payload_json', kind: 'json' },
  { table: 'jobs', column: 'steps_json', kind: 'json' },
  { table: 'jobs', column: 'error_json', kind: 'json' },
]

export interface ReplaceOptions {
  store: Store
  place: TracePlace
  names: PersonNames
  /** The job that does it needs the names until it is done. */
  exceptJob: string
  signal: AbortSignal
}

/** Resolves with how many rows named the person. May be cut off anywhere and run again. */
export function replaceNames(options: ReplaceOptions): Promise<number> {
  return options.place.kind === 'text' ? replaceTexts(options) : replaceInJson(options)
}

async function replaceTexts({ store, place, names }: ReplaceOptions): Promise<number> {
  const column = sql.ref(place.column)
  const { numAffectedRows = 0n } =
    await sql`update ${sql.table(place.table)} set ${column} = ${place.nobody ? null : DELETED_PERSON}
    where ${column} in (${names.userId}, ${names.email})`.execute(store.db)
  return Number(numAffectedRows)
}

/** Rows looked at in one statement, so that other work goes on in between. */
const WINDOW_ROWS = 2_000

async function replaceInJson(options: ReplaceOptions): Promise<number> {
  const { store, place, signal } = options
  let replaced = 0
  for (let after = ''; ; ) {
    signal.throwIfAborted()
    const last = await endOfWindow(store.db, place.table, after)
    if (last === undefined) return replaced
    for (const row of await rowsNaming(options, { after, last })) {
      const json = withoutNames(row.json, options.names)
      if (json !== row.json && (await writeJson(store.db, place, row, json))) replaced++
    }
    after = last
  }
}

async function endOfWindow(db: Queryable, table: Table, after: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`select max(id) as id from
    (select id from ${sql.table(table)} where id > ${after} order by id limit ${WINDOW_ROWS}) as part`.execute(
    db,
  )
  return rows[0]?.id ?? undefined
}

interface JsonRow {
  id: string
  json: string
}

async function rowsNaming(
  { store, place, names, exceptJob }: ReplaceOptions,
  { after, last }: { after: string; last: string },
): Promise<JsonRow[]> {
  const column = sql.ref(place.column)
  const { rows } = await sql<JsonRow>`select id, ${column} as json from ${sql.table(place.table)}
    where id > ${after} and id <= ${last} and id <> ${exceptJob}
    and (${contains(place.column, names.userId)} or ${contains(place.column, names.email)})`.execute(store.db)
  return rows
}

/** False when somebody else has changed the row meanwhile: the next pass finds it again. */
async function writeJson(
  db: Queryable,
  { table, column }: TracePlace,
  row: JsonRow,
  json: string,
): Promise<boolean> {
  const ref = sql.ref(column)
  const { numAffectedRows = 0n } = await sql`update ${sql.table(table)} set ${ref} = ${json}
    where id = ${row.id} and ${ref} = ${row.json}`.execute(db)
  return numAffectedRows > 0n
}

/** Whether a column's text has `text` somewhere in it. */
export function contains(column: string | Expression<unknown>, text: string): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  return sql<boolean>`${typeof column === 'string' ? sql.ref(column) : column} like ${pattern} escape '\\'`
}

/** Replaces each name where it stands alone: `ada@example.org` is no part of `grace-ada@example.org`. */
export function withoutNames(text: string, names: PersonNames): string {
  return text.replace(patternOf(names), DELETED_PERSON)
}

export function namesPerson(text: string, names: PersonNames): boolean {
  return patternOf(names).test(text)
}

function patternOf({ userId, email }: PersonNames): RegExp {
  const either = [userId, email].map(name => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')
  return new RegExp(`(?<![\\w.+@-])(?:${either})(?![\\w@-]|\\.\\w)`, 'gi')
}
