import { describe, expect, test } from 'vitest'
import { createPasswordHasher } from './index.ts'

/** Cheap parameters, where only the behaviour matters. */
const cheap = { memoryKib: 64, passes: 1 }

test('a hash is an argon2id PHC string with the parameters of OWASP and a salt of its own', async () => {
  const hasher = createPasswordHasher()

  const [one, other] = await Promise.all([hasher.hash('tide and lantern'), hasher.hash('tide and lantern')])

  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  expect(one).not.toBe(other)
  expect(await hasher.verify(one, 'tide and lantern')).toBe(true)
  expect(await hasher.verify(one, 'tide and lanterN')).toBe(false)
})

test('the same letters verify however the keyboard wrote them', async () => {
  const hasher = createPasswordHasher(cheap)
  const hash = await hasher.hash('caf\u00e9')

  expect(await hasher.verify(hash, 'cafe\u0301')).toBe(true)
})

test.each([
  undefined,
  '',
  'plain text',
  '$2b$10$abcdefghijklmnopqrstuv',
  '$argon2id$v=19$m=64,t=1,p=1$short',
  '$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$aGFzaGhhc2hoYXNoaGFzaA',
])('no password verifies against %j', async hash => {
  expect(await createPasswordHasher(cheap).verify(hash, 'x')).toBe(false)
})

test('an account that does not exist costs the same work as a wrong password', async () => {
  const hasher = createPasswordHasher({ memoryKib: 32_768, passes: 3 })
  const hash = await hasher.hash('right')
  const spent = async (check: () => Promise<boolean>) => {
    const before = process.cpuUsage()
    for (let n = 0; n < 5; n++) expect(await check()).toBe(false)
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  await hasher.verify(undefined, 'warm up')

  const wrong = await spent(() => hasher.verify(hash, 'wrong'))
  const nobody = await spent(() => hasher.verify(undefined, 'wrong'))

  // Processor time, not the clock: others use this machine too. No work at all would be a ratio of hundreds.
  expect(nobody / wrong).toBeGreaterThan(0.4)
  expect(nobody / wrong).toBeLessThan(2.5)
})

test('a hash of other parameters or another kind is told to be made anew', async () => {
  const hasher = createPasswordHasher(cheap)
  const own = await hasher.hash('x')
  const other = await createPasswordHasher({ ...cheap, passes: 2 }).hash('x')

  expect(hasher.needsRehash(own)).toBe(false)
  expect(hasher.needsRehash(other)).toBe(true)
  expect(hasher.needsRehash('salt:key')).toBe(true)
  expect(await hasher.verify(other, 'x')).toBe(true)
})

describe('a flood', () => {
  test('is refused once too many wait, and those who wait are served', async () => {
    const hasher = createPasswordHasher({ ...cheap, concurrency: 1, maxWaiting: 3 })

    const results = await Promise.allSettled(Array.from({ length: 20 }, () => hasher.hash('x')))

    const refused = results.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(refused).toHaveLength(16)
    expect(refused[0]!.reason).toMatchObject({ code: 'passwords_busy', status: 503 })
    expect(await hasher.hash('x')).toContain('$argon2id$')
  })
})
