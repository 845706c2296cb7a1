import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Logger } from '@seaworthy/kit'
import type { Job } from '../jobs/job-attempt.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store, Transaction } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { JobState, PersonExportRow, UserRow } from '../store/schema.ts'
import { personErrors } from './errors.ts'
import { writeExport } from './export-file.ts'
import { type ExportSection, exportSections } from './export-sections.ts'
import type { PersonNames } from './person-traces.ts'

export const EXPORT_JOB = 'export-person'

export interface PersonExportsOptions {
  store: Store
  jobs: JobLedger
  /** Holds the files; made when missing. */
  directory: string
  dashboardUrl: string
  /** What goes into the document. All there is unless told. */
  sections?: readonly ExportSection[]
  log: Logger
  clock?: Pick<Clock, 'now'>
}

export interface ExportRecord {
  row: PersonExportRow
  jobState: JobState | undefined
}

/** How long a file can be downloaded. */
const KEPT_MS = 24 * 3_600_000
const ROWS_AT_ONCE = 500
const DEADLINE_MS = 30 * 60_000

/** Gathers everything that the platform knows about a person, for that person only, as a job. */
export class PersonExports {
  readonly #options: PersonExportsOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: PersonExportsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** Starts an export, which takes the place of an earlier one; one that is under way is answered instead. */
  async request(userId: string): Promise<ExportRecord> {
    const { store } = this.#options
    const earlier: string[] = []
    await store.transaction(async trx => {
      await store.lock(trx, `person-export:${userId}`)
      const last = await this.#last(trx, userId)
      if (last && isUnderWay(last)) return
      earlier.splice(0, Infinity, ...(await forget(trx, userId)))
      await this.#queue(trx, userId)
    })
    for (const id of earlier) await this.#removeFile(id)
    return (await this.last(userId))!
  }

  /** Undefined while none was asked for. */
  last(userId: string): Promise<ExportRecord | undefined> {
    return this.#last(this.#options.store.db as Transaction, userId)
  }

  /** The file of the last export. Rejects with `export_not_there` when it is not ready, or not any more. */
  async open(userId: string): Promise<Readable> {
    const last = await this.last(userId)
    if (!last || this.stateOf(last) !== 'ready') throw personErrors.export_not_there()
    const file = this.fileOf(last.row.id)
    // Opened here, so that a file that is gone is told as a problem and not in the middle of an answer.
    const handle = await open(file).catch(() => undefined)
    if (!handle) throw personErrors.export_not_there()
    return handle.createReadStream()
  }

  stateOf({ row, jobState }: ExportRecord): 'queued' | 'running' | 'ready' | 'failed' | 'expired' {
    if (row.ready_at !== null) return row.expires_at! > this.#clock.now() ? 'ready' : 'expired'
    return jobState === 'queued' || jobState === 'running' ? jobState : 'failed'
  }

  fileOf(exportId: string): string {
    return join(this.#options.directory, `${exportId}.json`)
  }

  /** The handler of `export-person` jobs. */
  async handle({ payload, signal }: Job<{ exportId: string }>): Promise<void> {
    const { store, log } = this.#options
    const { exportId } = payload
    const person = await this.#personOf(exportId)
    if (!person) return // the account went meanwhile
    const receipt = await writeExport(this.fileOf(exportId), this.#documentOf(person), signal)
    const readyAt = this.#clock.now()
    const { numUpdatedRows } = await store.db
      .updateTable('person_exports')
      .set({ ready_at: readyAt, expires_at: readyAt + KEPT_MS, receipt_json: JSON.stringify(receipt) })
      .where('id', '=', exportId)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) await this.#removeFile(exportId)
    log.info({ export: exportId, bytes: receipt.bytes }, 'export of a person written')
  }

  /** Removes what is too old, rows and files. Resolves with how many there were. */
  async sweep(): Promise<number> {
    const { db } = this.#options.store
    const now = this.#clock.now()
    const old = await db.selectFrom('person_exports').select('id').where('expires_at', '<=', now).execute()
    for (const { id } of old) {
      await this.#removeFile(id)
      await db.deleteFrom('person_exports').where('id', '=', id).execute()
    }
    return old.length
  }

  async #last(db: Transaction, userId: string): Promise<ExportRecord | undefined> {
    const row = await db
      .selectFrom('person_exports')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('requested_at', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (!row) return undefined
    const job = await db.selectFrom('jobs').select('state').where('id', '=', row.job_id).executeTakeFirst()
    return { row, jobState: job?.state }
  }

  /** The job names the export and not the person: it stays when they are gone. */
  async #queue(trx: Transaction, userId: string): Promise<void> {
    const id = newId('exp')
    const job = await this.#options.jobs.enqueue(
      { kind: EXPORT_JOB, payload: { exportId: id }, queueKey: EXPORT_JOB, deadlineMs: DEADLINE_MS },
      trx,
    )
    const row = { id, user_id: userId, job_id: job.id, requested_at: this.#clock.now() }
    await trx
      .insertInto('person_exports')
      .values({ ...row, ready_at: null, expires_at: null, receipt_json: null })
      .execute()
  }

  #personOf(exportId: string): Promise<UserRow | undefined> {
    return this.#options.store.db
      .selectFrom('user')
      .innerJoin('person_exports', 'person_exports.user_id', 'user.id')
      .selectAll('user')
      .where('person_exports.id', '=', exportId)
      .executeTakeFirst()
  }

  #documentOf(user: UserRow) {
    const { id, email, name, platformRole, suspendedAt, createdAt } = user
    const account = {
      ...{ id, email, name, emailVerified: Boolean(user.emailVerified), platformRole, suspendedAt },
      ...{ twoFactor: Boolean(user.twoFactorEnabled), createdAt: new Date(createdAt).toISOString() },
    }
    const exportedAt = new Date(this.#clock.now()).toISOString()
    const head = { format: 'seaworthy-person/1', platform: this.#options.dashboardUrl, exportedAt, account }
    const names = { userId: id, email }
    const { sections = exportSections } = this.#options
    return {
      head,
      sections: sections.map(section => ({ name: section.name, rows: this.#rowsOf(section, names) })),
    }
  }

  async *#rowsOf(section: ExportSection, person: PersonNames): AsyncIterable<unknown> {
    for (let after = ''; ; ) {
      const rows = await section.read(this.#options.store.db, person, { after, limit: ROWS_AT_ONCE })
      for (const { row } of rows) yield row
      if (rows.length < ROWS_AT_ONCE) return
      after = rows.at(-1)!.cursor
    }
  }

  async #removeFile(exportId: string): Promise<void> {
    for (const suffix of ['', '.part']) await rm(`${this.fileOf(exportId)}${suffix}`, { force: true })
  }
}

function isUnderWay({ row, jobState }: ExportRecord): boolean {
  return row.ready_at === null && (jobState === 'queued' || jobState === 'running')
}

/** Resolves with the ids of the exports whose files are to go. */
async function forget(trx: Transaction, userId: string): Promise<string[]> {
  const rows = await trx.deleteFrom('person_exports').where('user_id', '=', userId).returning('id').execute()
  return rows.map(({ id }) => id)
}
