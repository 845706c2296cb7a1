import { readCertificate, readRenewalWindow, renewalTime } from '@seaworthy/certificates'
import type { Logger } from '@seaworthy/kit'
import type { Events } from '../events/events.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { CertificateRow, DomainRow } from '../store/schema.ts'
import type { AcmeAccounts } from './acme-accounts.ts'
import type { CertificateFiles } from './certificate-files.ts'
import type { CertificateJob } from './certificate-job.ts'
import type { Certificates } from './certificates.ts'
import type { DomainCheck } from './domain-check.ts'
import type { DomainTable } from './domain-table.ts'
import type { Domains } from './domains.ts'
import { OcspUpkeep } from './ocsp-upkeep.ts'
import { isWarningDue } from './retry-plan.ts'

export interface DomainWatchOptions {
  domains: Domains
  certificates: Certificates
  files: CertificateFiles
  accounts: AcmeAccounts
  check: DomainCheck
  table: DomainTable
  job: CertificateJob
  publish(): Promise<void>
  events: Pick<Events, 'append'>
  clock?: Pick<Clock, 'now'>
  random?: () => number
  lookEveryMs?: number
  log: Logger
}

const LOOK_EVERY_MS = 60_000
const DAY_MS = 86_400_000
/** Domains looked at again in one go, so that a thousand of them are spread over the day. */
const CHECKED_AT_ONCE = 5
const BEGUN_AT_ONCE = 20

/**
 * Looks once a minute at what is due: attempts that failed, renewals, warnings, claims to be seen again, OCSP answers,
 * files that nobody names. It begins jobs and does small things; it never waits for an authority to give a certificate.
 */
export class DomainWatch {
  readonly #options: DomainWatchOptions
  readonly #ocsp: OcspUpkeep
  readonly #clock: Pick<Clock, 'now'>
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  readonly #stopping = new AbortController()

  constructor(options: DomainWatchOptions) {
    this.#options = options
    this.#ocsp = new OcspUpkeep(options)
    this.#clock = options.clock ?? systemClock
  }

  start(): void {
    this.#lookSoon()
    this.#timer = setInterval(() => this.#lookSoon(), this.#options.lookEveryMs ?? LOOK_EVERY_MS)
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#stopping.abort()
    await this.#looking
  }

  /** One look. What goes wrong with one domain is told in the log and keeps nobody else waiting. */
  async look(): Promise<void> {
    const { domains, certificates, job, files, table } = this.#options
    const now = this.#clock.now()
    for (const row of await domains.due(now, BEGUN_AT_ONCE)) await this.#each(row, () => job.request(row))
    const served = new Map((await domains.listServed()).map(row => [row.id, row]))
    const secured = (await certificates.all()).flatMap(certificate => {
      const domain = served.get(certificate.domain_id)
      return domain ? [{ domain, certificate }] : []
    })
    for (const { domain, certificate } of secured)
      await this.#each(domain, () => this.#tend(domain, certificate, now))
    if (await this.#ocsp.refresh(secured, now, this.#stopping.signal)) await this.#options.publish()
    await this.#seeAgain([...served.values()], now)
    await files.sweep(await table.usedFiles(), now)
  }

  async #tend(domain: DomainRow, certificate: CertificateRow, now: number): Promise<void> {
    if (certificate.window_at !== null && certificate.window_at <= now)
      await this.#askForWindow(certificate, now)
    const isRenewalDue = certificate.renew_at !== null && certificate.renew_at <= now
    // While attempts fail, the time of the next one is in the domain.
    if (isRenewalDue && domain.retry_at === null) await this.#options.job.request(domain)
    if (isWarningDue(certificate, now)) await this.#warn(domain, certificate, now)
  }

  /** RFC 9773. An authority without it, or that does not answer now, changes nothing. */
  async #askForWindow(certificate: CertificateRow, now: number): Promise<void> {
    const { accounts, certificates, random = Math.random } = this.#options
    const facts = readCertificate(certificate.chain_pem)
    const again = { window_at: now + DAY_MS }
    try {
      const found = await accounts.client(this.#stopping.signal)
      const renewalInfoUrl = found && (await found.client.directory()).renewalInfo
      if (renewalInfoUrl === undefined || facts.renewalId === undefined)
        return await certificates.update(certificate.id, again)
      const ca = accounts.settings?.ca
      const window = await readRenewalWindow(
        { renewalInfoUrl, renewalId: facts.renewalId, ca, signal: this.#stopping.signal },
        now,
      )
      const renewAt = renewalTime(facts, { window, random: random() })
      await certificates.update(certificate.id, {
        renew_at: renewAt,
        window_at: window?.askAgainAt ?? again.window_at,
      })
    } catch (error) {
      this.#options.log.info(
        { certificate: certificate.id, err: error },
        'the authority does not say when to renew',
      )
      await certificates.update(certificate.id, again)
    }
  }

  async #warn(domain: DomainRow, certificate: CertificateRow, now: number): Promise<void> {
    const { events, certificates, log } = this.#options
    await certificates.update(certificate.id, { warned_at: now })
    const data = { host: domain.host, notAfter: certificate.not_after }
    await events.append({ appId: domain.app_id, type: 'certificate:expiring', data })
    log.warn({ domain: domain.host, source: certificate.source }, 'a certificate ends soon')
  }

  /** A claim holds while the name leads here: each is seen again once a day. */
  async #seeAgain(rows: readonly DomainRow[], now: number): Promise<void> {
    const { check, domains } = this.#options
    const due = rows
      .filter(row => now - (row.checked_at ?? row.created_at) >= DAY_MS)
      .slice(0, CHECKED_AT_ONCE)
    for (const row of due) {
      if (this.#stopping.signal.aborted) return
      await this.#each(row, async () => {
        const { state } = await check.reach(row.host)
        await domains.checked(row.id, { isHere: state === 'ok' })
      })
    }
  }

  async #each(row: DomainRow, work: () => Promise<unknown>): Promise<void> {
    await work().catch(error =>
      this.#options.log.warn({ domain: row.host, err: error }, 'a domain could not be looked after'),
    )
  }

  #lookSoon(): void {
    this.#looking = this.#looking
      .then(() => this.look())
      .catch(error =>
        this.#options.log.warn({ err: error }, 'looking after domains failed; again in a minute'),
      )
  }
}
