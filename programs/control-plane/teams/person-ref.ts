import type { PersonRef } from '@seaworthy/api'
import { sql } from 'kysely'
import type { Queryable } from '../store/database.ts'

/** By id, or by e-mail address in any case. */
export function findPersonRef(db: Queryable, idOrEmail: string): Promise<PersonRef | undefined> {
  const email = idOrEmail.toLowerCase()
  return db
    .selectFrom('user')
    .select(['id', 'email', 'name'])
    .where(eb => eb.or([eb('id', '=', idOrEmail), sql<boolean>`lower(${eb.ref('email')}) = ${email}`]))
    .executeTakeFirst()
}
