/** For tests only. */
import { silentLogger } from '@seaworthy/kit'
import { createPostgresDatabase, systemPart, temporaryFolder } from '@seaworthy/testing'
import { describe, onTestFinished } from 'vitest'
import { type DatabaseKind, openDatabase, type Store } from './database.ts'

export interface StoreUnderTest {
  kind: DatabaseKind
  /** A new, empty database with the newest schema, closed and removed when the test ends. */
  openStore(): Promise<Store>
  /** Where such a database is, for tests that open it themselves or in several processes. */
  createDatabase(): Promise<{ url?: string; file?: string }>
}

/** Declares the same tests for SQLite and for PostgreSQL; the latter are skipped by name where it is missing. */
export async function forEachStore(declareTests: (database: StoreUnderTest) => void): Promise<void> {
  describe('on SQLite', () => declareTests(under('sqlite', createSqlite)))
  const missing = await systemPart.missing('postgresql')
  describe.skipIf(missing)('on PostgreSQL', () => declareTests(under('postgres', createPostgres)))
}

type CreateDatabase = () => Promise<{ url?: string; file?: string }>

function under(kind: DatabaseKind, createDatabase: CreateDatabase): StoreUnderTest {
  const openStore = async () => {
    const store = await openDatabase({ ...(await createDatabase()), log: silentLogger })
    onTestFinished(() => store.close())
    return store
  }
  return { kind, openStore, createDatabase }
}

const createSqlite: CreateDatabase = async () => ({ file: `${temporaryFolder().path}/seaworthy.db` })

const createPostgres: CreateDatabase = async () => {
  const { url } = await createPostgresDatabase({ template: { name: 'control-plane', fill: migrate } })
  return { url }
}

async function migrate(url: string): Promise<void> {
  await (await openDatabase({ url, log: silentLogger })).close()
}
