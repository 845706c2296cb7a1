import { silentLogger } from '@seaworthy/kit'
import { waitFor } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import type { NewMail } from '../mail/mail-kinds.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { ExpiryWarnings } from './expiry-warnings.ts'
import { addPerson, DAY_MS, HOUR_MS, makeToken, TestClock } from './test-tokens.ts'
import { Tokens } from './tokens.ts'

await forEachStore(({ openStore }) => {
  async function setUp() {
    const store = await openStore()
    const clock = new TestClock()
    const mails: NewMail[] = []
    const mailer = { send: async (mail: NewMail) => void mails.push(mail) }
    const options = { store, mailer, clock, dashboardUrl: 'http://localhost:4400', log: silentLogger }
    const userId = await addPerson(store, 'Ada')
    return { store, clock, mails, options, userId, tokens: new Tokens({ store, clock }) }
  }

  test('a person is mailed 7 days and 1 day before a token ends, once each, over restarts', async () => {
    const { clock, mails, options, ...parts } = await setUp()
    const { row } = await makeToken(parts, { ...parts, name: 'ci', expiresInDays: 30 })
    await makeToken(parts, { ...parts, name: 'lasting', expiresInDays: null })

    for (let day = 0; day <= 31; day++) {
      // A new one each day, as after a restart; two looks, as of two control planes.
      await Promise.all([new ExpiryWarnings(options).look(), new ExpiryWarnings(options).look()])
      if (day === 22) expect(mails).toHaveLength(0)
      if (day === 23) expect(mails).toHaveLength(1)
      clock.pass(DAY_MS)
    }

    const mail = {
      to: 'ada@example.org',
      kind: 'token-expiring',
      data: { token: 'ci', expiresAt: row.expires_at, url: 'http://localhost:4400/account/tokens' },
    }
    expect(mails).toEqual([mail, mail])
  })

  test('a rotation, a revocation and a suspended person end the mails', async () => {
    const { clock, mails, options, store, ...parts } = await setUp()
    const rotated = await makeToken({ store, ...parts }, { ...parts, expiresInDays: 30 })
    const revoked = await makeToken({ store, ...parts }, { ...parts, expiresInDays: 30 })
    const eve = await addPerson(store, 'Eve')
    await makeToken({ store, ...parts }, { userId: eve, expiresInDays: 30 })
    await store.db.updateTable('user').set({ suspendedAt: 1 }).where('id', '=', eve).execute()
    clock.pass(20 * DAY_MS)
    await store.transaction(async trx => {
      await parts.tokens.rotate(rotated.row, { overlapHours: 24, expiresInDays: 90 }, trx)
      await parts.tokens.revoke(revoked.row.id, trx)
    })

    clock.pass(5 * DAY_MS)
    await new ExpiryWarnings(options).look()

    expect(mails).toEqual([])
  })

  test('a mail that could not be queued is queued at the next look', async () => {
    const { clock, mails, options, ...parts } = await setUp()
    await makeToken(parts, { ...parts, expiresInDays: 30 })
    clock.pass(24 * DAY_MS)
    const failing = { send: () => Promise.reject(new Error('no queue')) }

    await expect(new ExpiryWarnings({ ...options, mailer: failing }).look()).rejects.toThrow('no queue')
    await new ExpiryWarnings(options).look()

    expect(mails).toHaveLength(1)
  })

  test('it looks by itself, at its start and again and again', async () => {
    const { clock, mails, options, ...parts } = await setUp()
    await makeToken(parts, { ...parts, expiresInDays: 30 })
    const warnings = new ExpiryWarnings({ ...options, lookEveryMs: 20 })
    warnings.start()
    onTestFinished(() => warnings.stop())

    clock.pass(23 * DAY_MS + HOUR_MS)
    await waitFor(() => mails.length === 1)
    clock.pass(6 * DAY_MS)

    await waitFor(() => mails.length === 2)
  })
})
