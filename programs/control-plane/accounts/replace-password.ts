import type { Queryable } from '../store/database.ts'
import { dropLinks } from './one-time-links.ts'
import { type Person, setPasswordHash } from './people.ts'
import type { Sessions } from './sessions.ts'

export interface Replacement {
  sessions: Sessions
  person: Pick<Person, 'userId' | 'email'>
  hash: string
  /** The one session that goes on; all others end. */
  keepSession?: string
}

/** A new password shuts out whoever came in by the old one, or by a link that was asked for before. */
export async function replacePassword(
  trx: Queryable,
  { sessions, person, hash, keepSession }: Replacement,
): Promise<number> {
  const { userId, email } = person
  await setPasswordHash(trx, userId, hash)
  await dropLinks(trx, 'sign-in', { userId, email })
  await dropLinks(trx, 'password-reset', { userId, email })
  return sessions.endAll(userId, { except: keepSession }, trx)
}
