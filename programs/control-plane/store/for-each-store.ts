/** For tests only. */
import { silentLogger } from '@seaworthy/kit'
import { createPostgresDatabase, systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, onTestFinished } from 'vitest'
import { type DatabaseKind, openDatabase, type Store } from './database.ts'
import { migratedSqlite } from './sqlite-template.ts'

export interface StoreUnderTest {
  kind: DatabaseKind
  /** A new, empty database with the newest schema, closed and removed when the test ends. */
  openStore(): Promise<Store>
  /** Where such a database is to be, for tests that open it themselves or in several processes. */
  createDatabase(): Promise<{ url?: string; file?: string }>
}

/** Declares the same tests for SQLite and for PostgreSQL; the latter are skipped by name where it is missing. */
export async function forEachStore(declareTests: (database: StoreUnderTest) => void): Promise<void> {
  describe('on SQLite', () => declareTests(sqlite))
  const missing = await systemPart.missing('postgresql')
  describe.skipIf(missing)('on PostgreSQL', () => declareTests(postgres))
}

const sqlite: StoreUnderTest = {
  kind: 'sqlite',
  openStore: async () => openFor({ file: await migratedSqlite() }),
  // Not migrated yet: who opens it goes the whole way of a new home.
  createDatabase: async () => ({ file: `${temporaryFolder().path}/seaworthy.db` }),
}

const postgres: StoreUnderTest = {
  kind: 'postgres',
  openStore: async () => openFor(await createPostgres()),
  createDatabase: createPostgres,
}

async function openFor(database: { url?: string; file?: string }): Promise<Store> {
  const store = await openDatabase({ ...database, log: silentLogger })
  onTestFinished(() => store.close())
  return store
}

async function createPostgres(): Promise<{ url: string }> {
  const { url } = await createPostgresDatabase({ template: { name: 'control-plane', fill: migrate } })
  return { url }
}

async function migrate(url: string): Promise<void> {
  await (await openDatabase({ url, log: silentLogger })).close()
}
