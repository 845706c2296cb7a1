import { sealedTextsIn } from '@seaworthy/kit'
import { sql } from 'kysely'
import type { Store } from '../store/database.ts'

/** A column of the database in which sealed texts stand, and the keys they name. */
export interface SealedColumn {
  table: string
  column: string
  keyIds: string[]
}

/**
 * Looks through every text column of every table, known to us or not. With `keyId`: only for what that key sealed.
 * Nobody who adds a table has to think of it, so a key is retired only when this finds nothing.
 */
export async function findSealedTexts(store: Store, keyId?: string): Promise<SealedColumn[]> {
  const found: SealedColumn[] = []
  for (const place of await textColumns(store)) {
    const { table, column } = place
    const texts = await textsLike(store, place, patternOf(keyId))
    const keyIds = new Set(texts.flatMap(text => sealedTextsIn(text).map(sealed => sealed.keyId)))
    if (keyId === undefined ? keyIds.size > 0 : keyIds.has(keyId))
      found.push({ table, column, keyIds: [...keyIds] })
  }
  return found
}

function patternOf(keyId: string | undefined): string {
  return keyId === undefined ? '%v1.%' : `%v1.${keyId.replace(/[\\%_]/g, '\\$&')}.%`
}

/** Numbers cannot hold one; whatever else a database calls its types, is read as text. */
const NO_TEXT = /int|real|double|numeric|float|bool|date|time/i

interface TextColumn {
  schema: string | undefined
  table: string
  column: string
}

async function textColumns({ db }: Store): Promise<TextColumn[]> {
  const tables = await db.introspection.getTables()
  return tables
    .filter(({ isView }) => !isView)
    .flatMap(({ schema, name, columns }) =>
      columns
        .filter(({ dataType }) => !NO_TEXT.test(dataType))
        .map(column => ({ schema, table: name, column: column.name })),
    )
}

async function textsLike(
  { db }: Store,
  { schema, table, column }: TextColumn,
  pattern: string,
): Promise<string[]> {
  const text = sql<string>`cast(${sql.ref(column)} as text)`
  const from = schema === undefined ? sql.table(table) : sql.id(schema, table)
  const query = sql<{ text: string }>`select ${text} as text from ${from}
    where ${text} like ${pattern} escape '\\'`
  return (await query.execute(db)).rows.map(row => row.text)
}
