import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import type { Logger } from '@seaworthy/kit'
import { sql } from 'kysely'
import { tokenHash } from '../accounts/token-hash.ts'
import type { Job } from '../jobs/job-attempt.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { Mailer } from '../mail/mailer.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store, Transaction } from '../store/database.ts'
import type { DeletionReceiptRow, UserRow } from '../store/schema.ts'
import { deleteTeam, lockTeam } from '../teams/teams.ts'
import { readDeletionFacts, teamIdsOf } from './deletion-facts.ts'
import { judgeDeletion, type MembershipFacts } from './deletion-rules.ts'
import { personErrors } from './errors.ts'
import { deletePersonRows, type Removed } from './person-rows.ts'
import { replaceNames, tracePlaces } from './person-traces.ts'
import { lockPlatformAdmins } from './platform-admins.ts'

export const DELETION_JOB = 'delete-person'

export interface PersonRemovalOptions {
  store: Store
  jobs: JobLedger
  mailer: Mailer
  /** Where the file of an export lies. */
  exportFile: (exportId: string) => string
  log: Logger
  clock?: Pick<Clock, 'now'>
}

export interface DeletionStarted {
  /** Told this once; the database has its hash. */
  code: string
  teamsDeleted: string[]
}

interface DeletionPayload {
  userId: string
  email: string
  codeHash: string
  exportIds: string[]
}

/** Kept without a name: how much of what is gone. */
export interface DeletionSummary {
  removed: Removed
  renamed: Record<string, number>
}

const CODE_BYTES = 18
const MAX_ATTEMPTS = 50

/**
 * Deletes accounts. One transaction ends it for good: the person's rows go, and with them every session and token. What
 * is left, their name in the history of apps and teams, a job takes out: killed anywhere, it goes on after the next
 * start, and forgets itself whom it was about.
 */
export class PersonRemoval {
  readonly #options: PersonRemovalOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: PersonRemovalOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** Rejects with `person_still_needed`, naming what the person would leave behind, or `unknown_person`. */
  async request(
    { userId, requestedBy }: { userId: string; requestedBy: DeletionReceiptRow['requested_by'] },
    /** Becomes part of the change, last. */
    within: (trx: Transaction) => Promise<void> = async () => {},
  ): Promise<DeletionStarted> {
    const code = randomBytes(CODE_BYTES).toString('base64url')
    const teamsDeleted = await this.#options.store.transaction(async trx => {
      const person = await this.#lockPerson(trx, userId)
      const emptyTeams = await this.#requireDeletable(trx, person)
      const exportIds = await exportsOf(trx, userId)
      for (const { id } of emptyTeams) await deleteTeam(trx, id)
      const removed = await deletePersonRows(trx, { userId, email: person.email })
      const payload = { userId, email: person.email, codeHash: tokenHash(code), exportIds }
      await this.#queue(trx, { payload, requestedBy, removed: { ...removed, teams: emptyTeams.length } })
      await within(trx)
      return emptyTeams.map(({ slug }) => slug)
    })
    this.#options.log.info({ by: requestedBy }, 'account deleted, its name is being taken out')
    return { code, teamsDeleted }
  }

  /** Undefined for a code that was never given. */
  async receipt(code: string): Promise<DeletionReceiptRow | undefined> {
    return this.#options.store.db
      .selectFrom('deletion_receipts')
      .selectAll()
      .where('code_hash', '=', tokenHash(code))
      .executeTakeFirst()
  }

  /** The handler of `delete-person` jobs. */
  async handle(job: Job<DeletionPayload | null>): Promise<void> {
    const { payload } = job
    if (payload !== null) {
      for (const exportId of payload.exportIds) await rm(this.#options.exportFile(exportId), { force: true })
      await this.#finish(job.id, payload, await this.#replaceAll(job, payload))
    }
    await this.#dropFreedPages()
  }

  async #lockPerson(trx: Transaction, userId: string): Promise<UserRow> {
    const { store } = this.#options
    await lockPlatformAdmins(store, trx)
    for (const teamId of await teamIdsOf(trx, userId)) await lockTeam(store, trx, teamId)
    const person = await trx.selectFrom('user').selectAll().where('id', '=', userId).executeTakeFirst()
    if (!person) throw personErrors.unknown_person({ person: userId })
    return person
  }

  async #requireDeletable(trx: Transaction, { id, platformRole }: UserRow): Promise<MembershipFacts[]> {
    const { reasons, emptyTeams } = judgeDeletion(await readDeletionFacts(trx, { userId: id, platformRole }))
    if (reasons.length > 0) throw personErrors.person_still_needed({ reasons: reasons.join(' Also, ') })
    return emptyTeams
  }

  async #queue(
    trx: Transaction,
    {
      payload,
      requestedBy,
      removed,
    }: { payload: DeletionPayload; requestedBy: DeletionReceiptRow['requested_by']; removed: Removed },
  ): Promise<void> {
    const job = await this.#options.jobs.enqueue(
      { kind: DELETION_JOB, payload, queueKey: DELETION_JOB, maxAttempts: MAX_ATTEMPTS },
      trx,
    )
    const summary: DeletionSummary = { removed, renamed: {} }
    await trx
      .insertInto('deletion_receipts')
      .values({
        code_hash: payload.codeHash,
        job_id: job.id,
        requested_by: requestedBy,
        requested_at: this.#clock.now(),
        finished_at: null,
        receipt_json: JSON.stringify(summary),
      })
      .execute()
  }

  async #replaceAll(job: Job, names: DeletionPayload): Promise<Record<string, number>> {
    const { store } = this.#options
    const renamed: Record<string, number> = {}
    for (const place of tracePlaces) {
      const { table, column } = place
      const count = await job.step(`${table}.${column}`, () =>
        replaceNames({ store, place, names, exceptJob: job.id, signal: job.signal }),
      )
      renamed[table] = (renamed[table] ?? 0) + count
    }
    return renamed
  }

  /** All at once: who finds the receipt finished knows that the names are gone, this job's own too. */
  async #finish(jobId: string, payload: DeletionPayload, renamed: Record<string, number>): Promise<void> {
    const { store, jobs, mailer, log } = this.#options
    const finishedAt = this.#clock.now()
    await store.transaction(async trx => {
      const { receipt_json } = await trx
        .selectFrom('deletion_receipts')
        .select('receipt_json')
        .where('code_hash', '=', payload.codeHash)
        .executeTakeFirstOrThrow()
      const { removed } = JSON.parse(receipt_json) as DeletionSummary
      const summary: DeletionSummary = { removed, renamed }
      await trx
        .updateTable('deletion_receipts')
        .set({ finished_at: finishedAt, receipt_json: JSON.stringify(summary) })
        .where('code_hash', '=', payload.codeHash)
        .execute()
      await mailer.send({ to: payload.email, kind: 'account-deleted', data: { at: finishedAt } }, trx)
      await jobs.forgetPayload(jobId, trx)
    })
    log.info({ renamed }, 'name of a deleted account taken out')
  }

  /** SQLite overwrites what is deleted, but its journal still has it until it is emptied. */
  async #dropFreedPages(): Promise<void> {
    const { store } = this.#options
    if (store.kind === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(store.db)
  }
}

async function exportsOf(trx: Transaction, userId: string): Promise<string[]> {
  const rows = await trx.selectFrom('person_exports').select('id').where('user_id', '=', userId).execute()
  return rows.map(({ id }) => id)
}
