import { createHash } from 'node:crypto'
import type { KeyRing, Logger } from '@seaworthy/kit'
import type { Job } from '../jobs/job-attempt.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { Queryable } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { MailDelivery } from './mail-delivery.ts'
import type { NewMail } from './mail-kinds.ts'
import { mailText } from './mail-texts.ts'

/** What everybody needs who has something to tell a person. */
export interface Mailer {
  /**
   * Queues a mail; in `trx` when it must go out exactly if the caller's change is made. The same mail is not queued
   * again while it waits. It is delivered at least once; a mail whose `expiresAt` has passed is not sent any more.
   */
  send(mail: NewMail, trx?: Queryable): Promise<void>
}

export interface MailJobsOptions {
  jobs: JobLedger
  keyRing: KeyRing
  delivery: MailDelivery
  /** Where the dashboard answers: `http://localhost:4400`. */
  dashboardUrl: string
  log: Logger
}

/** The payload of a job of kind `mail`. A mail holds an address and often a link that signs in: it is sealed. */
interface MailPayload {
  id: string
  sealed: string
}

/** With the back-off of jobs, the last of so many attempts is about an hour after the first. */
const MAX_ATTEMPTS = 20
const DEADLINE_MS = 120_000

/** Mail as durable jobs: a mail survives a crash of the platform and an outage of the mail server. */
export class MailJobs implements Mailer {
  readonly #options: MailJobsOptions

  constructor(options: MailJobsOptions) {
    this.#options = options
  }

  async send(mail: NewMail, trx?: Queryable): Promise<void> {
    const id = newId('mail')
    const sealed = this.#options.keyRing.seal(JSON.stringify(mail), mailBinding(id))
    await this.#options.jobs.enqueue(
      {
        kind: 'mail',
        payload: { id, sealed } satisfies MailPayload,
        dedupeKey: `mail:${digest(mail)}`,
        maxAttempts: MAX_ATTEMPTS,
        deadlineMs: DEADLINE_MS,
      },
      trx,
    )
  }

  /** Sends a mail now instead of queueing it, for whoever wants to know how it went. Rejects with MailError. */
  async sendNow(mail: NewMail): Promise<void> {
    await this.#deliver(newId('mail'), mail)
  }

  /** The handler of `mail` jobs. */
  async handle({ id: jobId, payload, signal }: Job<MailPayload | null>): Promise<void> {
    if (payload === null) return // it went out, and only the end of the job was not recorded
    const mail: NewMail = JSON.parse(this.#options.keyRing.open(payload.sealed, mailBinding(payload.id)))
    if (isLate(mail)) this.#options.log.info({ mail: payload.id, kind: mail.kind }, 'late mail not sent')
    else await this.#deliver(payload.id, mail, signal)
    await this.#options.jobs.forgetPayload(jobId)
  }

  async #deliver(id: string, mail: NewMail, signal?: AbortSignal): Promise<void> {
    const { delivery, dashboardUrl, log } = this.#options
    const messageId = `${id}@${senderDomain(delivery)}`
    await delivery.deliver({ to: mail.to, ...mailText(mail, dashboardUrl), messageId }, signal)
    log.info({ mail: id, kind: mail.kind, by: delivery.target.kind }, 'mail sent')
  }
}

/** For the rotation of keys: what the sealed mail in a job's payload is bound to. */
export function mailBinding(id: string) {
  return { purpose: 'mail', context: `mail:${id}` }
}

function digest(mail: NewMail): string {
  return createHash('sha256').update(JSON.stringify(mail)).digest('base64url')
}

function isLate({ kind, data }: NewMail): boolean {
  // A token that has expired meanwhile is worth a mail all the same.
  return kind !== 'token-expiring' && 'expiresAt' in data && data.expiresAt < Date.now()
}

/** RFC 5322, 3.6.4: the right side should be a domain of the sender. */
function senderDomain({ target }: MailDelivery): string {
  return /@([\w.-]+)/.exec(target.from ?? '')?.[1] ?? 'localhost'
}
