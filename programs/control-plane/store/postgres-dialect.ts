/** Kysely on PostgreSQL. `pg` is loaded only when a URL is set: SQLite users do not pay its memory. */
import type { Logger } from '@seaworthy/kit'
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type PostgresPool,
} from 'kysely'
import { translateDatabaseError } from './errors.ts'

export interface PostgresDialectOptions {
  url: string
  log: Logger
  maxConnections?: number
}

const INT8 = 20
const NUMERIC = 1700

/** Counts and times fit a JavaScript number, so that both databases answer alike. */
export async function createPostgresDialect({
  url,
  log,
  maxConnections = 10,
}: PostgresDialectOptions): Promise<Dialect> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    application_name: 'seaworthy',
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 || oid === NUMERIC ? Number : pg.types.getTypeParser(oid, format as 'text'),
    } as never,
  })
  // Without a listener, a server that goes away while a connection idles would end the process.
  pool.on('error', error => log.warn({ err: error }, 'idle database connection lost'))
  return new TranslatingDialect({ pool: pool as PostgresPool })
}

/** Kysely's own dialect, with errors as the rest of the code knows them. */
class TranslatingDialect extends PostgresDialect {
  readonly #config: PostgresDialectConfig

  constructor(config: PostgresDialectConfig) {
    super(config)
    this.#config = config
  }

  override createDriver(): Driver {
    return new TranslatingDriver(this.#config)
  }
}

class TranslatingDriver extends PostgresDriver {
  readonly #known = new WeakSet<DatabaseConnection>()

  override async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await super.acquireConnection().catch(rethrowTranslated)
    if (!this.#known.has(connection)) {
      this.#known.add(connection)
      const execute = connection.executeQuery.bind(connection)
      connection.executeQuery = query => execute<never>(query).catch(rethrowTranslated)
    }
    return connection
  }
}

function rethrowTranslated(error: unknown): never {
  throw translateDatabaseError(error)
}
