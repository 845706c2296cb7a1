import { silentLogger } from '@seaworthy/kit'
import { createRateLimiter, memoryStore } from '@seaworthy/kit/rate-limit'
import { expect, test } from 'vitest'
import { PlatformPeople } from '../people/platform-people.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { DeviceLogin } from './device-login.ts'
import { findPerson } from './people.ts'
import { keepShortLived, readShortLived } from './short-lived-values.ts'
import { ADA, testAccounts } from './test-accounts.ts'
import { addPerson } from './test-people.ts'

const VISIT = { address: '198.51.100.4' }
const LIMITS = { name: 'user-code', points: 10, windowSeconds: 60 }

type Ada = Awaited<ReturnType<typeof withAda>> & { store: Store }

const shutOut = {
  signOut: async ({ accounts, userId }: Ada) => void (await accounts.sessions.endAll(userId)),
  async newPassword({ accounts, userId }: Ada) {
    const self = { userId, sessionId: 'none', ...VISIT }
    await accounts.own.changePassword(self, { current: ADA.password, password: 'Lantern-4-Tidewash' })
  },
  async suspension({ store, userId: person }: Ada) {
    const people = new PlatformPeople({ store })
    await addAdmin(store)
    for (const suspended of [true, false])
      await people.update({ person, change: { suspended }, actorId: undefined })
  },
}

await forEachStore(({ openStore }) => {
  test.each([
    ['signs out everywhere', shutOut.signOut],
    ['chooses a new password', shutOut.newPassword],
    ['is suspended, and readmitted', shutOut.suspension],
  ])('a device that was approved gets no tokens once its person %s', async (_, shut) => {
    const store = await openStore()
    const { accounts, userId } = await withAda(store)
    const devices = new DeviceLogin({
      store,
      limiter: createRateLimiter({ ...LIMITS, store: memoryStore() }),
      log: silentLogger,
    })
    const approve = async (by: string) => {
      const { deviceCode, userCode } = await devices.start(VISIT)
      await devices.decide(userCode, { userId: by, by, decision: 'approved' })
      return deviceCode
    }
    const otherId = await addPerson(store, 'grace@example.org')
    const [own, foreign] = [await approve(userId), await approve(otherId)]
    const pending = await keepPending(store, userId)

    await shut({ store, accounts, userId })

    await expect(devices.poll(own)).rejects.toMatchObject({ code: 'expired_token' })
    expect(await devices.poll(foreign)).toEqual({ userId: otherId })
    expect(await readShortLived(store.db, pending)).toBeUndefined()
  })
})

async function withAda(store: Store) {
  const { accounts } = await testAccounts({ store })
  await accounts.ensureOwner(ADA)
  return { accounts, userId: (await findPerson(store.db, ADA.email))!.userId }
}

async function keepPending(store: Store, userId: string) {
  const about = { ceremony: 'second-factor' as const, now: Date.now() }
  const { token } = await keepShortLived(store.db, { ...about, value: { userId }, lifetimeMs: 60_000 })
  return { ...about, token }
}

/** The last one who can act is never suspended. */
async function addAdmin(store: Store): Promise<void> {
  const id = await addPerson(store, 'root@example.org')
  await store.db.updateTable('user').set({ platformRole: 'admin' }).where('id', '=', id).execute()
}
