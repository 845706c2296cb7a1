/** A home from before there were accounts of several people, teams and an audit log, with what was really in one. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { createPostgresDatabase, systemPart, temporaryFolder } from '@seaworthy/testing'
import { type Dialect, Kysely } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { AccessReader } from '../access/access-reader.ts'
import { testAccounts } from '../accounts/test-accounts.ts'
import { Apps } from '../apps/apps.ts'
import { auditOver, entry } from '../audit/test-audit.ts'
import { envOfRelease } from '../env/env-names.ts'
import { EnvVars } from '../env/env-vars.ts'
import { openKeyRing } from '../secrets/open-key-ring.ts'
import { openDatabase } from './database.ts'
import old from './fixtures/home-before-teams.json' with { type: 'json' }
import { migrateToLatest } from './migrate.ts'
import { DEFAULT_TEAM } from './migrations/0002-accounts.ts'
import { migrations } from './migrations/index.ts'
import { createPostgresDialect } from './postgres-dialect.ts'
import type { Database } from './schema.ts'
import { SqliteDialect } from './sqlite-dialect.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery', from: '::1' }
const log = silentLogger

describe('a home of the version before teams', async () => {
  test('goes on with its owner, apps, releases and secrets', async () => {
    const file = join(temporaryFolder().path, 'seaworthy.sqlite')
    await expectToGoOn({ file }, new SqliteDialect({ file }))
  })

  const missing = await systemPart.missing('postgresql')
  test.skipIf(missing)('does so on PostgreSQL', async () => {
    const { url } = await createPostgresDatabase()
    await expectToGoOn({ url }, await createPostgresDialect({ url, log }))
  })
})

async function expectToGoOn(place: { file?: string; url?: string }, dialect: Dialect): Promise<void> {
  await fill(dialect, place.url === undefined ? 'sqlite' : 'postgres')

  const store = await openDatabase({ ...place, log })
  onTestFinished(() => store.close())
  const keyRing = await openKeyRing({ store, path: await keyFile() })
  const { accounts } = await testAccounts({ store })

  const { person } = await accounts.signIn(OWNER)
  const { access } = (await new AccessReader({ store }).person(person.userId))!
  expect(access.platformRole).toBe('admin')
  expect([...access.teams]).toEqual([[DEFAULT_TEAM.id, 'owner']])
  const shop = (await new Apps({ store }).getBySlug('shop'))!
  expect(shop).toMatchObject({ team_id: DEFAULT_TEAM.id, environment: 'production', state: 'active' })
  const release = await store.db
    .selectFrom('releases')
    .selectAll()
    .where('id', '=', shop.current_release_id)
    .executeTakeFirstOrThrow()
  const { env } = await new EnvVars({ store, keyRing }).resolve(shop, envOfRelease(release))
  expect(env).toEqual({ GREETING: 'hi', API_KEY: 'topsecret123' })
  const audit = auditOver(store, keyRing)
  await audit.log.append(entry())
  expect(await audit.verifier.verify()).toMatchObject({ intact: true })
}

/** As it lay on the disk: the schema of then, and every row. */
async function fill(dialect: Dialect, kind: 'sqlite' | 'postgres'): Promise<void> {
  const db = new Kysely<Database>({ dialect })
  await migrateToLatest({ db, kind, log, migrations: migrations.slice(0, 1) })
  for (const [table, rows] of Object.entries(old.tables))
    for (const row of rows as object[])
      await db
        .insertInto(table as keyof Database)
        .values((kind === 'sqlite' ? row : withFlags(row)) as never)
        .execute()
  await db.destroy()
}

/** SQLite has no truth values. */
function withFlags(row: object): object {
  return 'emailVerified' in row ? { ...row, emailVerified: row.emailVerified === 1 } : row
}

async function keyFile(): Promise<string> {
  const path = join(temporaryFolder().path, 'master.json')
  await writeFile(path, old.keyFile, { mode: 0o600 })
  return path
}
