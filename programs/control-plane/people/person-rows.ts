/** Everything the database keeps for a person alone: it goes with them. */
import { type RawBuilder, sql } from 'kysely'
import type { Queryable } from '../store/database.ts'
import { contains, type PersonNames } from './person-traces.ts'

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
async function deleteKeys(trx: Queryable, { userId, email }: PersonNames): Promise<Removed> {
  const sessions = await trx.deleteFrom('session').where('userId', '=', userId).executeTakeFirst()
  const tokens = await trx.deleteFrom('api_tokens').where('user_id', '=', userId).executeTakeFirst()
  const passkeys = await trx.deleteFrom('passkey').where('userId', '=', userId).executeTakeFirst()
  await trx.deleteFrom('twoFactor').where('userId', '=', userId).execute()
  await trx.deleteFrom('deviceCode').where('userId', '=', userId).execute()
  await trx.deleteFrom('account').where('userId', '=', userId).execute()
  await trx
    .deleteFrom('verification')
    .where(naming(['identifier', 'value'], [userId, email]))
    .execute()
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
async function deleteTraffic(trx: Queryable, { userId, email }: PersonNames): Promise<void> {
  for (const table of ['quotas', 'usage_days'] as const)
    await trx.deleteFrom(table).where('subject_kind', '=', 'user').where('subject_id', '=', userId).execute()
  await trx
    .deleteFrom('rate_limits')
    .where(naming(['key'], [userId, `:${email}`]))
    .execute()
}

/** A row of another person that is caught too (`grace-ada@…`) holds a link or a counter only, made anew when asked for. */
function naming(columns: readonly string[], names: readonly string[]): RawBuilder<boolean> {
  const matches = columns.flatMap(column => names.map(name => contains(column, name)))
  return sql<boolean>`(${sql.join(matches, sql` or `)})`
}
