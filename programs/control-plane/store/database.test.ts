import { chmodSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { createPostgresDatabase, systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatabase, type Queryable, type Store } from './database.ts'
import { isUniqueViolation } from './errors.ts'
import { forEachStore } from './for-each-store.ts'

await forEachStore(({ openStore, createDatabase, kind }) => {
  test('keeps what was written when it is opened again', async () => {
    const database = await createDatabase()
    const first = await openDatabase({ ...database, log: silentLogger })
    await setValue(first.db, 'name', '"ship"')
    await first.close()

    const second = await openDatabase({ ...database, log: silentLogger })
    onTestFinished(() => second.close())

    expect(await getValue(second, 'name')).toBe('"ship"')
    expect(second.kind).toBe(kind)
  })

  test('a transaction is all or nothing', async () => {
    const store = await openStore()
    const broken = store.transaction(async trx => {
      await setValue(trx, 'one', '1')
      throw new Error('stop')
    })

    await expect(broken).rejects.toThrow('stop')

    expect(await getValue(store, 'one')).toBeUndefined()
  })

  test('callbacks after a commit run then, in order, and never after a rollback', async () => {
    const store = await openStore()
    const calls: string[] = []
    await store.transaction(async trx => {
      store.afterCommit(trx, () => calls.push('first'))
      store.afterCommit(trx, () => calls.push('second'))
      expect(calls).toEqual([])
    })
    await store
      .transaction(async trx => {
        store.afterCommit(trx, () => calls.push('never'))
        throw new Error('stop')
      })
      .catch(() => {})
    store.afterCommit(undefined, () => calls.push('at once'))

    expect(calls).toEqual(['first', 'second', 'at once'])
  })

  test('a transaction that meets a deadlock or a busy database is run again', async () => {
    const store = await openStore()
    let runs = 0

    const result = await store.transaction(async trx => {
      runs++
      await setValue(trx, `run ${runs}`, '1')
      if (runs < 3)
        throw Object.assign(new Error('try again'), kind === 'sqlite' ? { errcode: 5 } : { code: '40P01' })
      return 'done'
    })

    expect({ result, runs }).toEqual({ result: 'done', runs: 3 })
    expect(await getValue(store, 'run 1')).toBeUndefined()
    expect(await getValue(store, 'run 3')).toBe('1')
  })

  test('concurrent transactions under a lock see each other’s work', async () => {
    const store = await openStore()
    const addOne = () =>
      store.transaction(async trx => {
        await store.lock(trx, 'counter')
        const before = await trx
          .selectFrom('platform_settings')
          .select('value_json')
          .where('key', '=', 'counter')
          .executeTakeFirst()
        await setValue(trx, 'counter', String(Number(before?.value_json ?? 0) + 1))
      })

    await Promise.all(Array.from({ length: 30 }, addOne))

    expect(await getValue(store, 'counter')).toBe('30')
  })

  test('two processes that begin to migrate at once do not disturb each other', async () => {
    const database = await createDatabase()

    const stores = await Promise.all([1, 2, 3].map(() => openDatabase({ ...database, log: silentLogger })))

    for (const store of stores) {
      expect(await getValue(store, 'nothing')).toBeUndefined()
      await store.close()
    }
  })

  test('times and counts come back as numbers', async () => {
    const store = await openStore()
    await setValue(store.db, 'one', '1')

    const row = await store.db
      .selectFrom('platform_settings')
      .select(eb => ['updated_at', eb.fn.countAll<number>().over().as('count')])
      .executeTakeFirstOrThrow()

    expect(row).toEqual({ updated_at: 1_700_000_000_000, count: 1 })
  })

  test('a doubled key is known as such', async () => {
    const store = await openStore()
    const insert = () =>
      store.db
        .insertInto('platform_settings')
        .values({ key: 'one', value_json: '1', updated_at: 1 })
        .execute()
    await insert()

    const error = await insert().catch((cause: unknown) => cause)

    expect(isUniqueViolation(error)).toBe(true)
    expect(isUniqueViolation(new Error('other'))).toBe(false)
  })

  test('a version from the future refuses to start, and says which', async () => {
    const database = await createDatabase()
    const store = await openDatabase({ ...database, log: silentLogger })
    await store.db
      .insertInto('schema_migrations' as 'platform_settings')
      .values({ name: '9999-later', applied_at: 1 } as never)
      .execute()
    await store.close()

    await expect(openDatabase({ ...database, log: silentLogger })).rejects.toMatchObject({
      code: 'database_too_new',
      message: expect.stringContaining('9999-later'),
    })
  })
})

describe('SQLite', () => {
  const file = () => `${temporaryFolder().path}/home/seaworthy.db`

  test('keeps its folder and files from everybody else', async () => {
    const path = file()
    const store = await openDatabase({ file: path, log: silentLogger })
    onTestFinished(() => store.close())

    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700)
    for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600)
  })

  test('a query that forgot its transaction fails instead of waiting for ever', async () => {
    const store = await openDatabase({ file: file(), log: silentLogger })
    onTestFinished(() => store.close())

    const forgetful = store.transaction(async () => getValue(store, 'one'))

    await expect(forgetful).rejects.toMatchObject({ code: 'query_outside_transaction' })
    expect(await getValue(store, 'one')).toBeUndefined()
  })

  test('a query that was started in a transaction but belongs to what follows waits for its end', async () => {
    const store = await openDatabase({ file: file(), log: silentLogger })
    onTestFinished(() => store.close())
    let later: Promise<string | undefined> | undefined

    await store.transaction(async trx => {
      later = getValue(store, 'one')
      await setValue(trx, 'one', '1')
    })

    expect(await later).toBe('1')
  })

  test('a damaged file is refused with its name, and is left as it was', async () => {
    const path = `${temporaryFolder().path}/seaworthy.db`
    writeFileSync(path, 'this is no database'.repeat(100))
    chmodSync(path, 0o600)

    await expect(openDatabase({ file: path, log: silentLogger })).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining(path),
    })
    expect(statSync(path).size).toBe(1900)
  })
})

describe.skipIf(await systemPart.missing('postgresql'))('PostgreSQL', () => {
  test('a wrong address is refused without telling the password', async () => {
    const { url } = await createPostgresDatabase()
    const wrong = url.replace('postgres@', 'postgres:s3cret@').replace(/\/test_\w+/, '/nothere')

    const error: Error = await openDatabase({ url: wrong, log: silentLogger }).catch(cause => cause)

    expect(error).toMatchObject({ code: 'database_unavailable' })
    expect(error.message).not.toContain('s3cret')
  })
})

async function setValue(db: Queryable, key: string, value_json: string): Promise<void> {
  await db
    .insertInto('platform_settings')
    .values({ key, value_json, updated_at: 1_700_000_000_000 })
    .onConflict(conflict => conflict.column('key').doUpdateSet({ value_json }))
    .execute()
}

async function getValue(store: Store, key: string): Promise<string | undefined> {
  const row = await store.db
    .selectFrom('platform_settings')
    .select('value_json')
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.value_json
}
