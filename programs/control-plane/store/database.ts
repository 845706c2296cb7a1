import { AsyncLocalStorage } from 'node:async_hooks'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@seaworthy/kit'
import { type Dialect, Kysely, type Transaction as KyselyTransaction } from 'kysely'
import { DatabaseBusy, DatabaseUnavailable, DiskFull, isTransient } from './errors.ts'
import { migrateToLatest } from './migrate.ts'
import { createPostgresDialect } from './postgres-dialect.ts'
import type { Database } from './schema.ts'
import { SqliteDialect } from './sqlite-dialect.ts'

export type DatabaseKind = 'sqlite' | 'postgres'
export type Transaction = KyselyTransaction<Database>
/** The database itself or a transaction in it: what a function needs that may be part of a larger change. */
export type Queryable = Kysely<Database>

/** The one database of the platform. */
export interface Store {
  readonly db: Kysely<Database>
  readonly kind: DatabaseKind
  /**
   * Runs `change` in one transaction: all of it or nothing. It may be run more than once (a busy database, a
   * deadlock, a serialization failure), so it must do nothing but query; use `afterCommit` for the rest.
   */
  transaction<Result>(change: (trx: Transaction) => Promise<Result>): Promise<Result>
  /** Calls back once `trx` is committed, never when it is not. Without `trx`: at once. */
  afterCommit(trx: Queryable | undefined, callback: () => void): void
  /**
   * Holds back every other transaction that locks the same thing, until `trx` ends. For numbering without gaps.
   * On SQLite a transaction is alone anyway.
   */
  lock(trx: Queryable, name: string): Promise<void>
  close(): Promise<void>
}

export interface OpenDatabaseOptions {
  /** `postgresql://…`; wins over `file`. */
  url?: string
  /** The SQLite file; its folder is made when missing. */
  file?: string
  log: Logger
}

/**
 * Opens the database and brings its schema up to date.
 * Rejects with `DatabaseUnavailable`, `MigrationFailed` or `DatabaseTooNew`; nothing is left open then.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<Store> {
  const kind: DatabaseKind = options.url ? 'postgres' : 'sqlite'
  const scopes: TransactionScopes = new AsyncLocalStorage()
  const dialect = await createDialect(options, scopes).catch(cannotOpen(kind, options))
  const db = new Kysely<Database>({ dialect })
  try {
    await reach(db).catch(cannotOpen(kind, options))
    await migrateToLatest({ db, kind, log: options.log })
  } catch (error) {
    await db.destroy().catch(() => {})
    throw error
  }
  return new KyselyStore({ db, kind, scopes, log: options.log })
}

async function createDialect(
  { url, file, log }: OpenDatabaseOptions,
  scopes: TransactionScopes,
): Promise<Dialect> {
  if (url) return createPostgresDialect({ url, log })
  if (!file) throw new TypeError('openDatabase needs a url or a file')
  await makePrivate(file)
  return new SqliteDialect({ file, isInsideTransaction: () => scopes.getStore()?.active ?? false })
}

/** Rows hold password hashes and sealed secrets. SQLite gives its journal files the mode of the database. */
async function makePrivate(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const handle = await open(file, 'a', 0o600)
  await handle.chmod(0o600)
  await handle.close()
}

async function reach(db: Kysely<Database>): Promise<void> {
  await db.selectNoFrom(eb => eb.val(1).as('answer')).execute()
}

function cannotOpen(kind: DatabaseKind, { file }: OpenDatabaseOptions): (cause: unknown) => never {
  // A PostgreSQL URL may hold a password: it is not repeated.
  const what =
    kind === 'sqlite' ? `the database file ${file}` : 'the PostgreSQL database of SEAWORTHY_DATABASE_URL'
  return cause => {
    throw cause instanceof DiskFull ? cause : new DatabaseUnavailable(what, cause)
  }
}

/** Who is inside a transaction; `active` ends with it, also for what was started in it and runs on. */
type TransactionScopes = AsyncLocalStorage<{ active: boolean }>

const MAX_ATTEMPTS = 10
const MAX_WAIT_MS = 1_000

class KyselyStore implements Store {
  readonly db: Kysely<Database>
  readonly kind: DatabaseKind
  readonly #scopes: TransactionScopes
  readonly #log: Logger
  readonly #afterCommit = new WeakMap<object, Array<() => void>>()

  constructor({
    db,
    kind,
    scopes,
    log,
  }: { db: Kysely<Database>; kind: DatabaseKind; scopes: TransactionScopes; log: Logger }) {
    this.db = db
    this.kind = kind
    this.#scopes = scopes
    this.#log = log
  }

  async transaction<Result>(change: (trx: Transaction) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#runOnce(change)
      } catch (error) {
        if (!isTransient(error)) throw error
        if (attempt === MAX_ATTEMPTS) throw new DatabaseBusy(error)
        this.#log.debug({ attempt, err: error }, 'transaction is run again')
      }
      await sleep(Math.random() * Math.min(MAX_WAIT_MS, 10 * 2 ** attempt))
    }
  }

  afterCommit(trx: Queryable | undefined, callback: () => void): void {
    const callbacks = trx && this.#afterCommit.get(trx)
    if (callbacks) callbacks.push(callback)
    else callback()
  }

  async lock(trx: Queryable, name: string): Promise<void> {
    if (this.kind === 'sqlite') return
    await trx
      .selectNoFrom(eb =>
        eb.fn('pg_advisory_xact_lock', [eb.fn('hashtextextended', [eb.val(name), eb.lit(0)])]).as('locked'),
      )
      .execute()
  }

  async close(): Promise<void> {
    await this.db.destroy()
  }

  async #runOnce<Result>(change: (trx: Transaction) => Promise<Result>): Promise<Result> {
    const scope = { active: true }
    const callbacks: Array<() => void> = []
    try {
      const result = await this.db.transaction().execute(trx => {
        this.#afterCommit.set(trx, callbacks)
        return this.#scopes.run(scope, () => change(trx))
      })
      scope.active = false
      for (const callback of callbacks) callback()
      return result
    } finally {
      scope.active = false
    }
  }
}
