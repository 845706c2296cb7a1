import type { Store, Transaction } from '../store/database.ts'

/** Holds back every other change of who may act as an administrator of the platform, until `trx` ends. */
export function lockPlatformAdmins(store: Store, trx: Transaction): Promise<void> {
  return store.lock(trx, 'platform-admins')
}

/** Those who can act: one who is suspended does not count. */
export async function countOtherAdmins(trx: Transaction, userId: string): Promise<number> {
  const { count } = await trx
    .selectFrom('user')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('platformRole', '=', 'admin')
    .where('suspendedAt', 'is', null)
    .where('id', '!=', userId)
    .executeTakeFirstOrThrow()
  return Number(count)
}
