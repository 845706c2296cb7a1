import { expect, test } from 'vitest'
import { ADA, testAccounts } from '../../accounts/test-accounts.ts'
import { forEachStore } from '../for-each-store.ts'
import { hashedSessions } from './0004-hashed-sessions.ts'

await forEachStore(({ kind, openStore }) => {
  test('sessions and links that were kept as they are go; people and their passwords stay', async () => {
    const store = await openStore()
    const { accounts } = await testAccounts({ store })
    await accounts.ensureOwner(ADA)
    const { token, sessionId } = await accounts.signIn({ ...ADA, from: '::1' })
    await store.db.updateTable('session').set({ token }).where('id', '=', sessionId).execute()
    await store.db.schema.dropIndex('session_updatedAt_idx').execute()
    await store.db.schema.dropIndex('verification_expiresAt_idx').execute()

    await hashedSessions.up(store.db, kind)

    expect(await store.db.selectFrom('session').select('id').execute()).toEqual([])
    await accounts.signIn({ ...ADA, from: '::1' })
  })
})
