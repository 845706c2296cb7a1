import { silentLogger } from '@seaworthy/kit'
import { createRateLimiter, memoryStore } from '@seaworthy/kit/rate-limit'
import { describe, expect, test } from 'vitest'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { DeviceLogin } from './device-login.ts'
import { addPerson, TestClock } from './test-people.ts'

const VISIT = { address: '198.51.100.4', userAgent: 'seaworthy-cli/1.0 (linux)' }
const PENDING = { code: 'authorization_pending', status: 400 }
const SLOW_DOWN = { code: 'slow_down', status: 400 }
const EXPIRED = { code: 'expired_token', status: 401 }
const UNKNOWN = { code: 'user_code_unknown', status: 404 }

await forEachStore(({ openStore }) => {
  describe('a device that wants to sign in', () => {
    test('gets the person who approved its code, once', async () => {
      const { devices, userId } = await setUp(await openStore())
      const { deviceCode, userCode, intervalSeconds } = await devices.start(VISIT)

      await expect(devices.poll(deviceCode)).rejects.toMatchObject(PENDING)
      const asking = await devices.find(userCode.toLowerCase().replace('-', ' '), userId)
      await devices.decide(userCode, { userId, by: userId, decision: 'approved' })

      expect(userCode).toMatch(/^[BCDFGHJ-NP-TV-XZ]{4}-[BCDFGHJ-NP-TV-XZ]{4}$/)
      expect(intervalSeconds).toBe(5)
      expect(asking).toMatchObject({ userCode, ...VISIT })
      expect(await devices.poll(deviceCode)).toEqual({ userId })
      await expect(devices.poll(deviceCode)).rejects.toMatchObject(EXPIRED)
    })

    test('is told to slow down when it asks too often, by five seconds more each time', async () => {
      const { devices, clock } = await setUp(await openStore())
      const { deviceCode } = await devices.start(VISIT)
      await expect(devices.poll(deviceCode)).rejects.toMatchObject(PENDING)

      clock.pass(2_000)
      await expect(devices.poll(deviceCode)).rejects.toMatchObject(SLOW_DOWN)
      clock.pass(5_000)
      await expect(devices.poll(deviceCode)).rejects.toMatchObject(SLOW_DOWN)
      clock.pass(15_000)
      await expect(devices.poll(deviceCode)).rejects.toMatchObject(PENDING)
    })

    test('is told that it was denied', async () => {
      const { devices, userId } = await setUp(await openStore())
      const { deviceCode, userCode } = await devices.start(VISIT)

      await devices.decide(userCode, { userId, by: userId, decision: 'denied' })

      await expect(devices.poll(deviceCode)).rejects.toMatchObject({ code: 'access_denied', status: 401 })
      await expect(devices.poll(deviceCode)).rejects.toMatchObject(EXPIRED)
    })

    test('has ten minutes, and can be decided about once', async () => {
      const { devices, userId, clock, store } = await setUp(await openStore())
      const [first, second] = [await devices.start(VISIT), await devices.start(VISIT)]
      const approve = { userId, by: userId, decision: 'approved' as const }
      await devices.decide(first.userCode, approve)

      await expect(devices.decide(first.userCode, { ...approve, decision: 'denied' })).rejects.toMatchObject(
        UNKNOWN,
      )
      clock.pass(10 * 60_000)
      await expect(devices.decide(second.userCode, approve)).rejects.toMatchObject(UNKNOWN)
      for (const { deviceCode } of [first, second])
        await expect(devices.poll(deviceCode)).rejects.toMatchObject(EXPIRED)
      expect(await devices.sweep()).toBe(2)
      expect(await store.db.selectFrom('deviceCode').select('id').execute()).toEqual([])
    })

    test('is one of many that a person may look for, until ten codes were wrong', async () => {
      const { devices, userId } = await setUp(await openStore())
      const { userCode } = await devices.start(VISIT)
      for (let n = 0; n < 15; n++) await devices.find(userCode, userId)

      const wrong = ['BBBB-BBBB', '', 'AEIO-UAEI', 'x'.repeat(1000), '%00', 'BBBB-BBB1']
      for (let n = 0; n < 10; n++)
        await expect(devices.find(wrong[n % wrong.length]!, userId)).rejects.toMatchObject(UNKNOWN)

      await expect(devices.find(userCode, userId)).rejects.toMatchObject({
        code: 'too_many_sign_ins',
        status: 429,
      })
      await expect(devices.find(userCode, 'somebody else')).resolves.toMatchObject({ userCode })
    })

    test('leaves no device code in the database, and nobody guesses one', async () => {
      const { devices, store } = await setUp(await openStore())
      const { deviceCode } = await devices.start(VISIT)

      const rows = await store.db.selectFrom('deviceCode').selectAll().execute()

      expect(JSON.stringify(rows)).not.toContain(deviceCode)
      for (const wrong of ['', rows[0]!.deviceCode, rows[0]!.userCode, `${deviceCode}x`])
        await expect(devices.poll(wrong)).rejects.toMatchObject(EXPIRED)
    })
  })
})

async function setUp(store: Store) {
  const clock = new TestClock()
  const limiter = createRateLimiter({ name: 'codes', points: 10, windowSeconds: 900, store: memoryStore() })
  return {
    store,
    clock,
    devices: new DeviceLogin({ store, limiter, clock, log: silentLogger }),
    userId: await addPerson(store),
  }
}
