/** A PostgreSQL database per test: one server per Vitest run, started by the first test that needs it. */
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { administrate, type PostgresServer, postgresUrl, startPostgresServer } from './postgres-server.ts'
import { runFolder } from './run-folder.ts'
import { waitFor } from './wait-for.ts'

export const SERVER_FILE = 'server.json'

export interface PostgresDatabase {
  url: string
  /** Ends its connections, too. Called by itself at the end of the test. */
  drop(): Promise<void>
}

export interface PostgresDatabaseOptions {
  /**
   * Fills a database that the others of the run with the same `name` are copied from: migrations run once.
   * It must close its connections.
   */
  template?: { name: string; fill(url: string): Promise<void> }
}

/** A database of its own for the test that calls it. Skip the test where `systemPart.missing('postgresql')`. */
export async function createPostgresDatabase({
  template,
}: PostgresDatabaseOptions = {}): Promise<PostgresDatabase> {
  const server = await sharedServer()
  const from = template ? await ensureTemplate(server, template) : 'template1'
  const name = `test_${process.pid}_${++counter}`
  // Half the work of writing each page to the log as well, which only a server that must survive a crash needs.
  const create = `create database ${name} template ${from} strategy file_copy`
  await administrate(server, client => client.query(create))
  const drop = async () => {
    await administrate(server, client => client.query(`drop database if exists ${name} with (force)`))
  }
  onTestFinished(drop)
  return { url: postgresUrl(server, name), drop }
}

let counter = 0

async function sharedServer(): Promise<PostgresServer> {
  const folder = runFolder()
  if (!folder)
    throw new Error('Add packages/testing/src/postgres-setup.ts to globalSetup in vitest.config.ts.')
  return withLock(join(folder, 'server.lock'), async () => {
    const file = join(folder, SERVER_FILE)
    const known = readServer(file)
    if (known) return known
    const server = await startPostgresServer()
    writeFileSync(file, JSON.stringify(server))
    return server
  })
}

/** The server of a run's folder, where one was started. */
export function readServer(file: string): PostgresServer | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

async function ensureTemplate(
  server: PostgresServer,
  { name, fill }: NonNullable<PostgresDatabaseOptions['template']>,
): Promise<string> {
  const database = `template_${name.replace(/\W/g, '_')}`
  await withLock(join(runFolder()!, `${database}.lock`), async () => {
    if (await exists(server, database)) return
    const draft = `${database}_draft`
    await administrate(server, client => client.query(`drop database if exists ${draft} with (force)`))
    await administrate(server, client => client.query(`create database ${draft}`))
    await fill(postgresUrl(server, draft))
    await administrate(server, client => client.query(`alter database ${draft} rename to ${database}`))
  })
  return database
}

async function exists(server: PostgresServer, database: string): Promise<boolean> {
  const found = await administrate(server, client =>
    client.query('select 1 from pg_database where datname = $1', [database]),
  )
  return found.rowCount === 1
}

/** Between the processes of one run: making a folder succeeds for exactly one of them. */
async function withLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  await waitFor(() => tryLock(path), { what: `the lock ${path}`, timeoutMs: 60_000 })
  try {
    return await work()
  } finally {
    rmdirSync(path)
  }
}

function tryLock(path: string): boolean {
  try {
    mkdirSync(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}
