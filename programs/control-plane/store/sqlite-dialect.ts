/** Kysely on `node:sqlite`: one connection, handed to one user at a time. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { isBusy, QueryOutsideTransaction, translateDatabaseError } from './errors.ts'
import { Mutex } from './mutex.ts'

export interface SqliteDialectOptions {
  file: string
  /** How long a statement blocks the process while another process writes; after that it waits without blocking. */
  busyTimeoutMs?: number
  /** Whether the caller is inside a transaction of its own: it must not wait for the connection that it holds. */
  isInsideTransaction?: () => boolean
}

export class SqliteDialect implements Dialect {
  readonly #options: SqliteDialectOptions

  constructor(options: SqliteDialectOptions) {
    this.#options = options
  }

  createDriver(): Driver {
    return new SqliteDriver(this.#options)
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler()
  }

  createAdapter(): SqliteAdapter {
    return new SqliteAdapter()
  }

  // biome-ignore lint/suspicious/noExplicitAny: Kysely's own signature
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return new SqliteIntrospector(db)
  }
}

/** A query started, but not awaited, inside a transaction may wait for its end; this long is a bug. */
const MAX_WAIT_FOR_OWN_TRANSACTION_MS = 3_000

class SqliteDriver implements Driver {
  readonly #options: SqliteDialectOptions
  readonly #turn = new Mutex()
  #connection: SqliteConnection | undefined

  constructor(options: SqliteDialectOptions) {
    this.#options = options
  }

  async init(): Promise<void> {
    const { file, busyTimeoutMs = 250 } = this.#options
    const database = new DatabaseSync(file, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true })
    this.#connection = new SqliteConnection(database)
    for (const pragma of PRAGMAS) await this.#connection.executeQuery(CompiledQuery.raw(pragma))
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const inside = this.#options.isInsideTransaction?.() ?? false
    const gotIt = await this.#turn.lock(inside ? MAX_WAIT_FOR_OWN_TRANSACTION_MS : undefined)
    if (!gotIt) throw new QueryOutsideTransaction()
    return this.#connection!
  }

  async releaseConnection(): Promise<void> {
    this.#turn.unlock()
  }

  /** `immediate` takes the write lock at once: a later upgrade from reader to writer cannot fail half-way. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'))
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'))
  }

  async rollbackTransaction(): Promise<void> {
    // After an error such as a full disk, SQLite has rolled back by itself.
    this.#connection!.rollbackIfOpen()
  }

  async destroy(): Promise<void> {
    this.#connection?.close()
  }
}

/**
 * WAL lets readers of other processes (backup, sqlite3) work beside us; FULL makes each commit survive a power cut.
 * The journal limit gives space back after a burst. What is deleted is overwritten: it may be a secret or a person.
 */
const PRAGMAS = [
  'pragma journal_mode = wal',
  'pragma synchronous = full',
  'pragma foreign_keys = on',
  'pragma journal_size_limit = 67108864',
  'pragma temp_store = memory',
  'pragma secure_delete = on',
]

const MAX_PREPARED = 200
const BUSY_RETRIES = 20

class SqliteConnection implements DatabaseConnection {
  readonly #database: DatabaseSync
  /** In order of last use, the oldest first. */
  readonly #prepared = new Map<string, PreparedStatement>()

  constructor(database: DatabaseSync) {
    this.#database = database
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    for (let attempt = 0; ; attempt++) {
      try {
        return this.#run<Row>(sql, parameters)
      } catch (error) {
        if (!this.#mayRetry(error, attempt)) throw translateDatabaseError(error)
      }
      await sleep(Math.random() * Math.min(500, 10 * 2 ** attempt))
    }
  }

  async *streamQuery<Row>(query: CompiledQuery): AsyncIterableIterator<QueryResult<Row>> {
    yield await this.executeQuery<Row>(query)
  }

  rollbackIfOpen(): void {
    if (this.#database.isTransaction) this.#database.exec('rollback')
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }

  #run<Row>(sql: string, parameters: readonly unknown[]): QueryResult<Row> {
    const { statement, returnsRows } = this.#prepare(sql)
    const values = parameters.map(toSqlite)
    if (returnsRows) return { rows: statement.all(...values) as Row[] }
    const { changes, lastInsertRowid } = statement.run(...values)
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
  }

  /** Inside a transaction the whole transaction has to be run again, which only its owner can do. */
  #mayRetry(error: unknown, attempt: number): boolean {
    const { errcode } = error as { errcode?: number }
    return isBusy(errcode) && !this.#database.isTransaction && attempt < BUSY_RETRIES
  }

  #prepare(sql: string): PreparedStatement {
    const known = this.#prepared.get(sql)
    this.#prepared.delete(sql)
    const prepared = known ?? this.#compile(sql)
    this.#prepared.set(sql, prepared)
    if (this.#prepared.size > MAX_PREPARED) this.#prepared.delete(this.#prepared.keys().next().value!)
    return prepared
  }

  #compile(sql: string): PreparedStatement {
    if (CHANGES_SCHEMA.test(sql)) this.#prepared.clear()
    const statement = this.#database.prepare(sql)
    return { statement, returnsRows: statement.columns().length > 0 }
  }
}

interface PreparedStatement {
  statement: StatementSync
  returnsRows: boolean
}

const CHANGES_SCHEMA = /^\s*(create|alter|drop)\b/i

/** SQLite knows neither booleans nor dates; better-auth and Kysely's helpers may hand us either. */
function toSqlite(value: unknown): SQLInputValue {
  if (value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return value.toISOString()
  return value as SQLInputValue
}
