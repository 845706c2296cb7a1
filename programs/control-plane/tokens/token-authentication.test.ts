import { createLogger, silentLogger } from '@seaworthy/kit'
import { createApiTokenFormat } from '@seaworthy/kit/api-token'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import type { Store } from '../store/database.ts'
import { forEachStore } from '../store/for-each-store.ts'
import { addPerson, DAY_MS, HOUR_MS, makeToken, TestClock } from './test-tokens.ts'
import { TokenAuthentication } from './token-authentication.ts'
import { Tokens } from './tokens.ts'

const FROM = { address: '192.0.2.7' }

await forEachStore(({ openStore }) => {
  async function setUp() {
    const store = await openStore()
    const clock = new TestClock()
    return {
      store,
      clock,
      tokens: new Tokens({ store, clock }),
      authentication: new TokenAuthentication({ store, clock, log: silentLogger }),
      userId: await addPerson(store, 'Ada'),
    }
  }

  describe('a token', () => {
    test('opens the door with its scopes and limits, and is nowhere in the database', async () => {
      const parts = await setUp()
      const limits = { teamId: 'team_default', appIds: ['app_1', 'app_2'] }
      const { secret, row } = await makeToken(parts, { userId: parts.userId, ...limits })

      const found = await parts.authentication.authenticate(secret, FROM)

      expect(found).toEqual({
        tokenId: row.id,
        tokenName: 'ci',
        userId: parts.userId,
        scopes: ['deploy'],
        ...limits,
      })
      const stored = JSON.stringify(await parts.store.db.selectFrom('api_tokens').selectAll().execute())
      expect(stored).not.toContain(secret)
      expect(stored).not.toContain(secret.slice(4, -6))
    })

    test('is refused when malformed, foreign, cut off or a typo', async () => {
      const { authentication, ...parts } = await setUp()
      const { secret } = await makeToken(parts, parts)
      const foreign = createApiTokenFormat({ prefix: 'swt_' }).make()
      const wrong = [
        '',
        'swt_',
        foreign,
        secret.slice(0, -1),
        `${secret}x`,
        secret.toUpperCase(),
        `x${secret}`,
      ]

      for (const token of wrong) expect(await authentication.authenticate(token, FROM)).toBeUndefined()
    })

    test('works until the moment it expires, or for ever when that was chosen', async () => {
      const { authentication, clock, ...parts } = await setUp()
      const { secret } = await makeToken(parts, { ...parts, expiresInDays: 1 })
      const { secret: lasting } = await makeToken(parts, { ...parts, expiresInDays: null })

      clock.pass(DAY_MS - 1)
      expect(await authentication.authenticate(secret, FROM)).toBeDefined()
      clock.pass(1)

      expect(await authentication.authenticate(secret, FROM)).toBeUndefined()
      clock.pass(10_000 * DAY_MS)
      expect(await authentication.authenticate(lasting, FROM)).toBeDefined()
    })

    test('is dead at once when it is revoked, and with its person', async () => {
      const { authentication, store, tokens, ...parts } = await setUp()
      const { secret, row } = await makeToken({ store, tokens }, parts)
      const { secret: other } = await makeToken({ store, tokens }, parts)
      await store.transaction(trx => tokens.revoke(row.id, trx))

      expect(await authentication.authenticate(secret, FROM)).toBeUndefined()
      expect(await authentication.authenticate(other, FROM)).toBeDefined()
      await store.db.deleteFrom('user').where('id', '=', parts.userId).execute()

      expect(await authentication.authenticate(other, FROM)).toBeUndefined()
    })
  })

  describe('a rotated token', () => {
    test('works beside the one before until the overlap is over', async () => {
      const { authentication, clock, ...parts } = await setUp()
      const { secret: before, row } = await makeToken(parts, parts)
      const { secret: after } = await rotate(parts, row, { overlapHours: 24 })

      clock.pass(24 * HOUR_MS - 1)
      expect(await authentication.authenticate(before, FROM)).toMatchObject({ tokenId: row.id })
      expect(await authentication.authenticate(after, FROM)).toMatchObject({ tokenId: row.id })
      clock.pass(1)

      expect(await authentication.authenticate(before, FROM)).toBeUndefined()
      expect(await authentication.authenticate(after, FROM)).toBeDefined()
    })

    test('takes over at once without an overlap, and ends one that is two rotations old', async () => {
      const { authentication, ...parts } = await setUp()
      const first = await makeToken(parts, parts)
      const second = await rotate(parts, first.row, { overlapHours: 24 })
      const third = await rotate(parts, second.row, { overlapHours: 24 })

      expect(await authentication.authenticate(first.secret, FROM)).toBeUndefined()
      expect(await authentication.authenticate(second.secret, FROM)).toBeDefined()
      const fourth = await rotate(parts, third.row, { overlapHours: 0 })

      expect(await authentication.authenticate(third.secret, FROM)).toBeUndefined()
      expect(await authentication.authenticate(fourth.secret, FROM)).toBeDefined()
    })

    test('does not give the one before a longer life', async () => {
      const { authentication, clock, ...parts } = await setUp()
      const { secret: before, row } = await makeToken(parts, { ...parts, expiresInDays: 1 })
      clock.pass(DAY_MS - HOUR_MS)
      const { secret: after } = await rotate(parts, row, { overlapHours: 24 })

      clock.pass(HOUR_MS)

      expect(await authentication.authenticate(before, FROM)).toBeUndefined()
      expect(await authentication.authenticate(after, FROM)).toBeDefined()
    })

    test('is revoked with the one before', async () => {
      const { authentication, ...parts } = await setUp()
      const { secret: before, row } = await makeToken(parts, parts)
      const { secret: after } = await rotate(parts, row, { overlapHours: 24 })

      await parts.store.transaction(trx => parts.tokens.revoke(row.id, trx))

      for (const secret of [before, after])
        expect(await authentication.authenticate(secret, FROM)).toBeUndefined()
    })

    test('is made once of two rotations at the same moment, and never of an ended token', async () => {
      const { clock, ...parts } = await setUp()
      const { row } = await makeToken(parts, { ...parts, expiresInDays: 1 })
      const both = await Promise.allSettled([
        rotate(parts, row, { overlapHours: 1 }),
        rotate(parts, row, { overlapHours: 1 }),
      ])
      const { row: other } = await makeToken(parts, { ...parts, expiresInDays: 1 })
      clock.pass(DAY_MS)

      expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
      await expect(rotate(parts, other, { overlapHours: 1 })).rejects.toMatchObject({
        code: 'token_ended',
        message: expect.stringContaining('is expired'),
      })
    })
  })

  describe('the last use', () => {
    test('is written with its address, at most once a minute', async () => {
      const { authentication, clock, ...parts } = await setUp()
      const { secret, row } = await makeToken(parts, parts)
      const start = clock.now()

      await authentication.authenticate(secret, { address: '192.0.2.1' })
      clock.pass(59_999)
      await authentication.authenticate(secret, { address: '192.0.2.2' })
      expect(await lastUse(parts.store, row.id)).toEqual({
        last_used_at: start,
        last_used_from: '192.0.2.1',
      })
      clock.pass(1)
      await authentication.authenticate(secret, { address: '192.0.2.3' })

      expect(await lastUse(parts.store, row.id)).toEqual({
        last_used_at: start + 60_000,
        last_used_from: '192.0.2.3',
      })
    })

    test('that cannot be written locks nobody out, and its log line holds no token', async () => {
      const { store, tokens, userId, clock } = await setUp()
      const { secret } = await makeToken({ store, tokens }, { userId })
      const lines: string[] = []
      const log = createLogger({ name: 'test', destination: { write: line => void lines.push(line) } })
      const authentication = new TokenAuthentication({ store, clock, log })
      await refuseWrites(store)

      expect(await authentication.authenticate(secret, FROM)).toBeDefined()
      expect(lines.join()).toContain('last use of a token not written')
      expect(lines.join()).not.toContain(secret)
    })
  })

  test('a person has at most 100 tokens that work', async () => {
    const { clock, ...parts } = await setUp()
    for (let made = 0; made < 100; made++) await makeToken(parts, { ...parts, expiresInDays: 1 })

    await expect(makeToken(parts, parts)).rejects.toMatchObject({ code: 'too_many_tokens', status: 409 })
    clock.pass(DAY_MS)

    await expect(makeToken(parts, parts)).resolves.toBeDefined()
  })
})

type Parts = { store: Store; tokens: Tokens }
type Row = Awaited<ReturnType<Tokens['get']>> & object

function rotate({ store, tokens }: Parts, row: Row, { overlapHours }: { overlapHours: number }) {
  return store.transaction(trx => tokens.rotate(row, { overlapHours, expiresInDays: 90 }, trx))
}

function lastUse({ db }: Store, id: string) {
  return db
    .selectFrom('api_tokens')
    .select(['last_used_at', 'last_used_from'])
    .where('id', '=', id)
    .executeTakeFirst()
}

/** As on a full disk, which can still be read. */
async function refuseWrites({ db, kind }: Store): Promise<void> {
  const refuse =
    kind === 'sqlite'
      ? sql`begin select raise(abort, 'the disk is full'); end`
      : sql`for each statement execute function refuse_audit_change()`
  await sql`create trigger no_writes before update on api_tokens ${refuse}`.execute(db)
}
