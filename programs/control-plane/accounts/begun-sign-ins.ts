import type { Queryable } from '../store/database.ts'
import { dropShortLived } from './short-lived-values.ts'

/**
 * What would become a session in the next minutes without another look at the password: a device that was approved and
 * has not fetched its tokens yet, a sign-in that waits for its second factor. Whoever shuts everybody out means these.
 */
export async function dropBegunSignIns(db: Queryable, userId: string): Promise<void> {
  await db.deleteFrom('deviceCode').where('userId', '=', userId).execute()
  await dropShortLived(db, 'second-factor', pendingFactorOf(userId))
}

/** What is kept while a sign-in waits for its second factor. */
export function pendingFactorOf(userId: string): { userId: string } {
  return { userId }
}
