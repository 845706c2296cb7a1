import { AppError } from '@seaworthy/kit'

/** The disk below the database is full. The change was undone; the database works again once there is space. */
export class DiskFull extends AppError {
  constructor(cause: unknown) {
    super(
      'disk_full',
      'The disk that holds the database is full, so the change was not saved. Free some space (old builds, logs, backups) and try again.',
      { status: 507, cause, operational: true },
    )
  }
}

/** Another process held the database for too long. */
export class DatabaseBusy extends AppError {
  constructor(cause: unknown) {
    super('database_busy', 'The database is busy with another change. Try again in a moment.', {
      status: 503,
      cause,
    })
  }
}

/** The start must stop: the schema is not what this version of the code can work with. */
export class MigrationFailed extends AppError {
  constructor(migration: string, cause: unknown) {
    super(
      'migration_failed',
      `The database could not be brought up to date: migration ${migration} failed (${messageOf(cause)}). The old schema was left as it was. Mend the cause and start again.`,
      { cause },
    )
  }
}

export class DatabaseTooNew extends AppError {
  constructor(unknownMigrations: readonly string[]) {
    super(
      'database_too_new',
      `The database was written by a newer version of Seaworthy (it has ${unknownMigrations.join(', ')}). Start that version again, or restore the backup from before the upgrade.`,
    )
  }
}

export class DatabaseUnavailable extends AppError {
  constructor(what: string, cause: unknown) {
    super('database_unavailable', `Could not open ${what}: ${messageOf(cause)}.`, { status: 503, cause })
  }
}

/** Our bug: it would wait for itself for ever. */
export class QueryOutsideTransaction extends AppError {
  constructor() {
    super(
      'query_outside_transaction',
      'A query inside a transaction did not use that transaction, and waited for itself. Pass `trx` on.',
    )
  }
}

const SQLITE_BUSY = 5
const SQLITE_LOCKED = 6
const SQLITE_FULL = 13
const PG_TRANSIENT = new Set(['40001', '40P01'])
const PG_DISK_FULL = '53100'

/** Classes 08 (connection) and 57P (shutdown) of PostgreSQL, and what sockets say. */
const UNREACHABLE = /^(08\w{3}|57P0\d|ECONNREFUSED|ECONNRESET|ENOTFOUND|EPIPE|ETIMEDOUT|ENOENT)$/

/** The error as the rest of the code knows it: `DiskFull`, `DatabaseUnavailable`, or the driver's own. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof AppError) return error
  if (isDiskFull(error)) return new DiskFull(error)
  if (isUnreachable(error)) return new DatabaseUnavailable('the database', error)
  return error
}

/** Whether a unique index refused the change. */
export function isUniqueViolation(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string }
  // 2067 is SQLITE_CONSTRAINT_UNIQUE, 1555 SQLITE_CONSTRAINT_PRIMARYKEY (sqlite.org/rescode.html)
  return errcode === 2067 || errcode === 1555 || code === '23505'
}

/** Whether the same transaction may succeed when it is run again: a lock, a deadlock or a serialization failure. */
export function isTransient(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string }
  return isBusy(errcode) || (code !== undefined && PG_TRANSIENT.has(code))
}

/** The low byte is the primary code; the rest tells where it happened. */
export function isBusy(errcode: number | undefined): boolean {
  const primary = (errcode ?? 0) & 0xff
  return primary === SQLITE_BUSY || primary === SQLITE_LOCKED
}

function isDiskFull(error: unknown): boolean {
  const { errcode, code } = error as { errcode?: number; code?: string }
  return ((errcode ?? 0) & 0xff) === SQLITE_FULL || code === PG_DISK_FULL || code === 'ENOSPC'
}

function isUnreachable(error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string }
  return (
    UNREACHABLE.test(code ?? '') ||
    /^(Connection terminated|timeout exceeded when trying to connect)/.test(message)
  )
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\.$/, '')
}
