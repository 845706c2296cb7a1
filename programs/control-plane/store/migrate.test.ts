import { silentLogger } from '@seaworthy/kit'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { forEachStore } from './for-each-store.ts'
import { type Migration, migrateToLatest } from './migrate.ts'
import { migrations } from './migrations/index.ts'

const addBoats: Migration = {
  name: '9000-boats',
  up: async db => {
    await sql`create table boats (id text primary key)`.execute(db)
  },
}
const breakHalfWay: Migration = {
  name: '9001-sails',
  up: async db => {
    await sql`create table sails (id text primary key)`.execute(db)
    await sql`insert into nowhere values (1)`.execute(db)
  },
}

await forEachStore(({ openStore, kind }) => {
  test('new migrations are applied once, in order', async () => {
    const { db } = await openStore()
    const withBoats = [...migrations, addBoats]

    await migrateToLatest({ db, kind, log: silentLogger, migrations: withBoats })
    await migrateToLatest({ db, kind, log: silentLogger, migrations: withBoats })

    await sql`insert into boats values ('one')`.execute(db)
    const { rows } = await sql<{ name: string }>`select name from schema_migrations order by name`.execute(db)
    expect(rows.map(({ name }) => name)).toEqual(withBoats.map(({ name }) => name))
  })

  test('a migration that fails stops the start with its name and leaves the old schema, data and all', async () => {
    const { db } = await openStore()
    await db.insertInto('platform_settings').values({ key: 'a', value_json: '1', updated_at: 1 }).execute()

    const failing = migrateToLatest({
      db,
      kind,
      log: silentLogger,
      migrations: [...migrations, addBoats, breakHalfWay],
    })

    await expect(failing).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringMatching(/9001-sails.*nowhere.*The old schema was left as it was/),
    })
    for (const table of ['boats', 'sails']) {
      await expect(sql`select * from ${sql.table(table)}`.execute(db)).rejects.toThrow(table)
    }
    expect(await db.selectFrom('platform_settings').select('key').execute()).toEqual([{ key: 'a' }])
    await migrateToLatest({ db, kind, log: silentLogger })
  })

  test('migrations are numbered in order', () => {
    const names = migrations.map(({ name }) => name)

    expect(names.toSorted()).toEqual(names)
    expect(new Set(names).size).toBe(names.length)
    for (const [index, name] of names.entries()) expect(Number(name.slice(0, 4))).toBe(index + 1)
  })

  test('the tables of better-auth are as it wants them', async () => {
    const { db } = await openStore()
    const { twoFactor } = await import('better-auth/plugins/two-factor')
    const { deviceAuthorization } = await import('better-auth/plugins/device-authorization')
    const { passkey } = await import('@better-auth/passkey')
    const { getMigrations } = await import('better-auth/db/migration')
    const { toBeCreated, toBeAdded } = await getMigrations({
      database: { db, type: kind },
      emailAndPassword: { enabled: true },
      plugins: [twoFactor(), passkey(), deviceAuthorization()],
      telemetry: { enabled: false },
    })

    expect(toBeCreated.map(({ table }) => table)).toEqual([])
    expect(toBeAdded.map(({ table, fields }) => [table, Object.keys(fields)])).toEqual([])
  })
})
