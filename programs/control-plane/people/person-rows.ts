/** Everything the database keeps for a person alone: it goes with them. */
import { sql } from 'kysely'
import { forgetSubject } from '../quotas/quota-limits.ts'
import type { Queryable } from '../store/database.ts'
import { contains, namesPerson, type PersonNames } from './person-traces.ts'

/** What was removed, by what it was. */
export type Removed = Record<string, number>

/** Sessions and tokens open nothing from the moment that `trx` ends. */
export async function deletePersonRows(trx: Queryable, person: PersonNames): Promise<Removed> {
  const removed = { ...(await deleteKeys(trx, person)), ...(await deletePlaces(trx, person)) }
  await deleteTraffic(trx, person)
  await trx.deleteFrom('user').where('id', '=', person.userId).execute()
  return removed
}

/** What let the person in. Refresh and access tokens go with their sessions. */
async function deleteKeys(trx: Queryable, names: PersonNames): Promise<Removed> {
  const { userId } = names
  const sessions = await trx.deleteFrom('session').where('userId', '=', userId).executeTakeFirst()
  const tokens = await trx.deleteFrom('api_tokens').where('user_id', '=', userId).executeTakeFirst()
  const passkeys = await trx.deleteFrom('passkey').where('userId', '=', userId).executeTakeFirst()
  await trx.deleteFrom('twoFactor').where('userId', '=', userId).execute()
  await trx.deleteFrom('deviceCode').where('userId', '=', userId).execute()
  await trx.deleteFrom('account').where('userId', '=', userId).execute()
  for (const column of ['identifier', 'value'])
    await deleteNaming(trx, { table: 'verification', key: 'id', column }, names)
  return {
    sessions: Number(sessions.numDeletedRows),
    tokens: Number(tokens.numDeletedRows),
    passkeys: Number(passkeys.numDeletedRows),
  }
}

async function deletePlaces(trx: Queryable, { userId, email }: PersonNames): Promise<Removed> {
  const memberships = await trx.deleteFrom('team_members').where('user_id', '=', userId).executeTakeFirst()
  const grants = await trx.deleteFrom('app_grants').where('user_id', '=', userId).executeTakeFirst()
  const invitations = await trx.deleteFrom('invitations').where('email', '=', email).executeTakeFirst()
  const exports = await trx.deleteFrom('person_exports').where('user_id', '=', userId).executeTakeFirst()
  return {
    memberships: Number(memberships.numDeletedRows),
    grants: Number(grants.numDeletedRows),
    invitations: Number(invitations.numDeletedRows),
    exports: Number(exports.numDeletedRows),
  }
}

/** Counters and limits. */
async function deleteTraffic(trx: Queryable, names: PersonNames): Promise<void> {
  await forgetSubject(trx, { kind: 'user', id: names.userId })
  await deleteNaming(trx, { table: 'rate_limits', key: 'key', column: 'key' }, names)
}

/** Deletes the rows that name the person somewhere in `column`. */
async function deleteNaming(
  trx: Queryable,
  { table, key, column }: { table: 'verification' | 'rate_limits'; key: string; column: string },
  names: PersonNames,
): Promise<void> {
  const { rows } = await sql<{ key: string; text: string }>`
    select ${sql.ref(key)} as key, ${sql.ref(column)} as text from ${sql.table(table)}
    where ${contains(column, names.userId)} or ${contains(column, names.email)}`.execute(trx)
  for (const row of rows.filter(({ text }) => namesPerson(text, names)))
    await sql`delete from ${sql.table(table)} where ${sql.ref(key)} = ${row.key}`.execute(trx)
}
