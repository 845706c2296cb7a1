import { createKeyRing, createMasterKey, silentLogger } from '@seaworthy/kit'
import { createRateLimiter, memoryStore } from '@seaworthy/kit/rate-limit'
import { describe, expect, test } from 'vitest'
import { resealPlace } from '../secrets/reseal-place.ts'
import { sealedPlaces } from '../secrets/sealed-places.ts'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { findById } from './people.ts'
import { SecondFactors } from './second-factors.ts'
import { addPerson, TestClock } from './test-people.ts'
import { codeAt } from './totp.ts'

const STEP_MS = 30_000
const WRONG = { code: 'wrong_code', status: 401 }

await forEachStore(({ openStore }) => {
  describe('a second factor', () => {
    test('counts from the first right code on, and shows the secret only until then', async () => {
      const { factors, userId, store, clock } = await withPerson(await openStore())

      const setup = await factors.start({ userId, email: 'ada@example.org' })
      const before = await findById(store.db, userId)
      await expect(factors.confirm(userId, '000000')).rejects.toMatchObject(WRONG)
      const codes = await factors.confirm(userId, await codeOf(setup.uri, clock.at))

      expect(before!.twoFactorEnabled).toBe(false)
      expect((await findById(store.db, userId))!.twoFactorEnabled).toBe(true)
      expect(setup.uri).toMatch(/^otpauth:\/\/totp\/Seaworthy:ada%40example\.org\?secret=/)
      expect(setup.qr).toMatch(/^<svg [^>]*>.*<\/svg>$/s)
      expect(setup.qr).not.toMatch(/script|href/i)
      expect(codes).toHaveLength(10)
      expect(await factors.state(userId)).toEqual({ enabled: true, recoveryCodesLeft: 10 })
      await expect(factors.start({ userId, email: 'ada@example.org' })).rejects.toMatchObject({
        code: 'second_factor_on',
      })
    })

    test('takes each code once, and none that is older than one it took', async () => {
      const { factors, userId, uri, clock } = await withFactor(await openStore())

      clock.pass(10 * STEP_MS)
      const [older, current] = [await codeOf(uri, clock.at - STEP_MS), await codeOf(uri, clock.at)]
      await factors.check(userId, { code: current })

      for (const code of [current, older])
        await expect(factors.check(userId, { code })).rejects.toMatchObject(WRONG)
      clock.pass(STEP_MS)
      await expect(factors.check(userId, { code: await codeOf(uri, clock.at) })).resolves.toBeUndefined()
    })

    test('takes a code of the step before or after, as clocks differ, and none further away', async () => {
      const { factors, userId, uri, clock } = await withFactor(await openStore())

      clock.pass(10 * STEP_MS)
      for (const steps of [-2, 2])
        await expect(
          factors.check(userId, { code: await codeOf(uri, clock.at + steps * STEP_MS) }),
        ).rejects.toMatchObject(WRONG)
      await factors.check(userId, { code: await codeOf(uri, clock.at - STEP_MS) })
      const ahead = await codeOf(uri, clock.at + STEP_MS)

      await expect(
        factors.check(userId, { code: `${ahead.slice(0, 3)} ${ahead.slice(3)}` }),
      ).resolves.toBeUndefined()
    })

    test('lets one of many through that give the same code, or the same recovery code, at once', async () => {
      const { factors, userId, uri, clock, codes } = await withFactor(await openStore())
      clock.pass(10 * STEP_MS)
      const code = await codeOf(uri, clock.at)

      const byCode = await Promise.allSettled(range(4).map(() => factors.check(userId, { code })))
      const byRecovery = await Promise.allSettled(
        range(4).map(() => factors.check(userId, { recoveryCode: codes[0]! })),
      )

      for (const results of [byCode, byRecovery])
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    })

    test('takes each recovery code once, however it is typed, and none of somebody else', async () => {
      const { factors, userId, codes, store } = await withFactor(await openStore())
      const eve = await addPerson(store, 'eve@example.org')

      await factors.check(userId, { recoveryCode: ` ${codes[3]!.toUpperCase().replaceAll('-', '')} ` })

      expect(await factors.state(userId)).toEqual({ enabled: true, recoveryCodesLeft: 9 })
      await expect(factors.check(userId, { recoveryCode: codes[3]! })).rejects.toMatchObject(WRONG)
      await expect(factors.check(eve, { recoveryCode: codes[4]! })).rejects.toMatchObject(WRONG)
    })

    test('has ten other recovery codes after they were renewed', async () => {
      const { factors, userId, codes } = await withFactor(await openStore())

      const renewed = await factors.renewRecoveryCodes(userId)

      expect(renewed.filter(code => codes.includes(code))).toEqual([])
      await expect(factors.check(userId, { recoveryCode: codes[0]! })).rejects.toMatchObject(WRONG)
      await expect(factors.check(userId, { recoveryCode: renewed[0]! })).resolves.toBeUndefined()
    })

    test('lets five wrong codes through in 15 minutes, whoever gives them, and then not even a right one', async () => {
      const { factors, userId, uri, clock } = await withFactor(await openStore())
      clock.pass(10 * STEP_MS)

      const guesses = await Promise.allSettled(
        range(50).map(n => factors.check(userId, { code: `${100_000 + n}` })),
      )
      const right = factors.check(userId, { code: await codeOf(uri, clock.at) })

      const refusals = guesses.map(result => (result as PromiseRejectedResult).reason.code)
      expect(refusals.filter(code => code === 'wrong_code').length).toBeLessThanOrEqual(5)
      expect(refusals.filter(code => code === 'too_many_sign_ins').length).toBeGreaterThanOrEqual(45)
      await expect(right).rejects.toMatchObject({ code: 'too_many_sign_ins', status: 429 })
    })

    test('stands between the password and the session: its token works once, for five minutes', async () => {
      const { factors, userId, uri, clock, codes } = await withFactor(await openStore())
      clock.pass(10 * STEP_MS)
      const pendingToken = await demanded(factors, userId)

      await expect(factors.finishPending('x'.repeat(43), { recoveryCode: codes[0]! })).rejects.toMatchObject({
        code: 'sign_in_expired',
      })
      await expect(factors.finishPending(pendingToken, { code: '12' })).rejects.toMatchObject(WRONG)
      expect(await factors.finishPending(pendingToken, { code: await codeOf(uri, clock.at) })).toBe(userId)
      await expect(factors.finishPending(pendingToken, { recoveryCode: codes[0]! })).rejects.toMatchObject({
        code: 'sign_in_expired',
        status: 401,
      })

      const late = await demanded(factors, userId)
      clock.pass(5 * 60_000)
      await expect(factors.finishPending(late, { recoveryCode: codes[0]! })).rejects.toMatchObject({
        code: 'sign_in_expired',
      })
    })

    test('is demanded of nobody who has none, also after it was switched off', async () => {
      const { factors, userId, store } = await withFactor(await openStore())

      await factors.switchOff(userId)

      const person = (await findById(store.db, userId))!
      await expect(factors.demand(person)).resolves.toBeUndefined()
      expect(await factors.state(userId)).toEqual({ enabled: false, recoveryCodesLeft: 0 })
      expect(await factors.switchOff(userId)).toBe(false)
    })

    test('leaves neither secret nor recovery codes readable in the database', async () => {
      const { uri, codes, store } = await withFactor(await openStore())

      const dump = JSON.stringify(await store.db.selectFrom('twoFactor').selectAll().execute())

      const secret = new URL(uri).searchParams.get('secret')!
      for (const text of [
        secret,
        fromBase32(secret),
        ...codes,
        ...codes.map(code => code.replaceAll('-', '')),
      ])
        expect(dump).not.toContain(text)
    })

    test('outlives the master key that sealed its secret', async () => {
      const { factors, userId, uri, store, clock, keyRing } = await withFactor(await openStore())
      const next = createMasterKey()
      keyRing.use({ keys: [next], primary: next.id })
      const place = sealedPlaces.find(({ table }) => table === 'twoFactor')!

      const signal = new AbortController().signal
      const outcome = await resealPlace({ db: store.db, keyRing, place, signal })
      const row = await store.db.selectFrom('twoFactor').select('secret').executeTakeFirstOrThrow()
      clock.pass(10 * STEP_MS)

      expect(outcome).toEqual({ resealed: 1, unreadable: [] })
      expect(row.secret).toContain(`v1.${next.id}.`)
      await expect(factors.check(userId, { code: await codeOf(uri, clock.at) })).resolves.toBeUndefined()
    })

    test('does not open with the row of somebody else', async () => {
      const { factors, userId, uri, store, clock } = await withFactor(await openStore())
      const eve = await addPerson(store, 'eve@example.org')
      await store.db.updateTable('twoFactor').set({ userId: eve }).where('userId', '=', userId).execute()
      clock.pass(10 * STEP_MS)

      await expect(factors.check(eve, { code: await codeOf(uri, clock.at) })).rejects.toMatchObject({
        code: 'secret_unreadable',
      })
    })
  })
})

async function withPerson(store: Store) {
  const key = createMasterKey()
  const clock = new TestClock()
  const limiter = createRateLimiter({ name: 'codes', points: 5, windowSeconds: 900, store: memoryStore() })
  const keyRing = createKeyRing({ keys: [key], primary: key.id })
  const factors = new SecondFactors({ store, keyRing, limiter, clock, log: silentLogger })
  return { store, factors, clock, keyRing, userId: await addPerson(store) }
}

async function withFactor(store: Store) {
  const all = await withPerson(store)
  const { uri } = await all.factors.start({ userId: all.userId, email: 'ada@example.org' })
  const codes = await all.factors.confirm(all.userId, await codeOf(uri, all.clock.at))
  return { ...all, uri, codes }
}

async function demanded(factors: SecondFactors, userId: string): Promise<string> {
  const error = await factors.demand({ userId, twoFactorEnabled: true }).catch(caught => caught)
  expect(error).toMatchObject({ code: 'second_factor_needed', status: 401 })
  return error.members.pendingToken
}

/** What an authenticator app that has scanned the picture shows. */
function codeOf(uri: string, at: number): Promise<string> {
  return codeAt(fromBase32(new URL(uri).searchParams.get('secret')!), at)
}

function fromBase32(text: string): string {
  const bits = [...text].map(char =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(char).toString(2).padStart(5, '0'),
  )
  const bytes = bits.join('').match(/.{8}/g)!
  return String.fromCharCode(...bytes.map(byte => Number.parseInt(byte, 2)))
}

function range(length: number): number[] {
  return Array.from({ length }, (_, n) => n)
}
