import type { KeyRing, SealBinding } from '@seaworthy/kit'
import { KeyRingError, resealJson, sealedTextsIn } from '@seaworthy/kit'
import { sql } from 'kysely'
import type { Queryable } from '../store/database.ts'
import type { SealedPlace, SealedRow } from './sealed-places.ts'

const ROWS_AT_ONCE = 50

export interface ResealOutcome {
  /** Rows that are under the primary key now. */
  resealed: number
  /** Ids of rows with a secret that does not open; they are left as they are. */
  unreadable: string[]
}

export interface ResealOptions {
  db: Queryable
  keyRing: Pick<KeyRing, 'isCurrent' | 'reseal'>
  place: SealedPlace
  signal: AbortSignal
}

/** Brings what stands in one place under the primary key, row by row: it may be cut off anywhere and run again. */
export async function resealPlace({ db, keyRing, place, signal }: ResealOptions): Promise<ResealOutcome> {
  const outcome: ResealOutcome = { resealed: 0, unreadable: [] }
  for await (const row of rowsWithSeals(db, place)) {
    signal.throwIfAborted()
    try {
      if (await resealRow(db, keyRing, place, row)) outcome.resealed += 1
    } catch (error) {
      if (!(error instanceof KeyRingError)) throw error
      outcome.unreadable.push(row.id)
    }
  }
  return outcome
}

/** How many secrets of a place each key has sealed. */
export async function countSeals(db: Queryable, place: SealedPlace): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for await (const row of rowsWithSeals(db, place)) {
    for (const keyId of sealsIn(place, row)) counts.set(keyId, (counts.get(keyId) ?? 0) + 1)
  }
  return counts
}

function sealsIn(place: SealedPlace, row: StoredRow): string[] {
  const keyIds: string[] = []
  const reseal = (text: string) => {
    keyIds.push(keyIdOf(text))
    return text
  }
  resealJson(row.text, { isCurrent: () => false, reseal }, bindingsOf(place, row))
  return keyIds
}

function keyIdOf(sealed: string): string {
  return sealedTextsIn(sealed)[0]!.keyId
}

/** False when there was nothing to do, or somebody else changed the row meanwhile: the next pass sees to that. */
async function resealRow(
  db: Queryable,
  keyRing: ResealOptions['keyRing'],
  place: SealedPlace,
  row: StoredRow,
): Promise<boolean> {
  const resealed = resealJson(row.text, keyRing, bindingsOf(place, row))
  if (resealed === row.text) return false
  const column = sql.ref(place.column)
  const { numAffectedRows } = await sql`update ${sql.table(place.table)} set ${column} = ${resealed}
    where ${sql.ref(place.id)} = ${row.id} and ${column} = ${row.text}`.execute(db)
  return numAffectedRows === 1n
}

function bindingsOf(place: SealedPlace, { facts, text }: StoredRow) {
  const row: SealedRow = { facts, json: JSON.parse(text) }
  return (path: readonly string[]): SealBinding | undefined => place.bindingOf(row, path)
}

interface StoredRow {
  id: string
  text: string
  facts: Record<string, string>
}

async function* rowsWithSeals(db: Queryable, place: SealedPlace): AsyncGenerator<StoredRow> {
  const [id, column] = [sql.ref(place.id), sql.ref(place.column)]
  const facts = place.facts.map((fact, index) => sql`, ${sql.ref(fact)} as ${sql.id(`fact_${index}`)}`)
  for (let last = ''; ; ) {
    const query = sql<Record<string, string>>`select ${id} as id, ${column} as text ${sql.join(facts, sql``)}
      from ${sql.table(place.table)}
      where ${id} > ${last} and ${column} like '%v1.%' order by ${id} limit ${sql.lit(ROWS_AT_ONCE)}`
    const { rows } = await query.execute(db)
    for (const row of rows) yield storedRow(place, row)
    if (rows.length < ROWS_AT_ONCE) return
    last = rows.at(-1)!.id!
  }
}

function storedRow(place: SealedPlace, row: Record<string, string>): StoredRow {
  const facts = place.facts.map((fact, index) => [fact, row[`fact_${index}`] ?? ''])
  return { id: row.id!, text: row.text!, facts: Object.fromEntries(facts) }
}
