import type { Queryable } from '../store/database.ts'
import type { Subject } from './quota-limits.ts'

/** `team shop` or an e-mail address. */
export async function subjectName(db: Queryable, { kind, id }: Subject): Promise<string> {
  if (kind === 'team') {
    const team = await db.selectFrom('teams').select('slug').where('id', '=', id).executeTakeFirst()
    return `team ${team?.slug ?? id}`
  }
  const user = await db.selectFrom('user').select('email').where('id', '=', id).executeTakeFirst()
  return user?.email ?? id
}
