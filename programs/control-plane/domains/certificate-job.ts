import {
  type AcmeClient,
  AcmeProblem,
  type ChallengeType,
  createCertificateKey,
  createCsr,
  type DnsLookup,
  isApex,
  issueCertificate,
  readCertificate,
} from '@seaworthy/certificates'
import { AppError, type KeyRing, type Logger } from '@seaworthy/kit'
import type { Apps } from '../apps/apps.ts'
import type { Events } from '../events/events.ts'
import type { Job } from '../jobs/job-attempt.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import type { AppRow, CertificateRow, DomainRow, JobRow } from '../store/schema.ts'
import type { AcmeAccounts } from './acme-accounts.ts'
import type { CertificateFiles } from './certificate-files.ts'
import type { Certificates } from './certificates.ts'
import { createDnsDriver, DomainPresenter } from './challenge-presenter.ts'
import type { DomainCheck } from './domain-check.ts'
import { type DomainStep, domainBindings, orderOf, type PendingOrder } from './domain-settings.ts'
import { DomainGone, type Domains } from './domains.ts'
import { domainErrors } from './errors.ts'
import { isSeenBeforeAsking, retryDelayMs } from './retry-plan.ts'
import { StepLog } from './step-log.ts'

export const CERTIFICATE_JOB = 'certificate'

export interface CertificateJobOptions {
  store: Store
  keyRing: KeyRing
  apps: Pick<Apps, 'getById'>
  domains: Domains
  certificates: Certificates
  files: CertificateFiles
  accounts: AcmeAccounts
  check: DomainCheck
  dns: DnsLookup
  publish(): Promise<void>
  events: Pick<Events, 'append'>
  jobs: Pick<JobLedger, 'enqueue'>
  clock?: Pick<Clock, 'now'>
  /** In [0, 1). */
  random?: () => number
  log: Logger
}

export interface CertificatePayload {
  domainId: string
  /** Also when the present certificate is not due yet, or was uploaded. */
  force?: boolean
}

const DEADLINE_MS = 10 * 60_000

/**
 * Gets the certificate of one domain: look → order → prove → finalize → file → route table. What it has begun stands in
 * the domain's row, so a job that was killed goes on with the same order and key.
 */
export class CertificateJob {
  readonly #options: Required<CertificateJobOptions>

  constructor(options: CertificateJobOptions) {
    this.#options = { clock: systemClock, random: Math.random, ...options }
  }

  /** One at a time for each host; one that waits already is returned instead. */
  request(
    { id, host }: Pick<DomainRow, 'id' | 'host'>,
    { force = false, trx }: { force?: boolean; trx?: Queryable } = {},
  ): Promise<JobRow> {
    const payload: CertificatePayload = { domainId: id, force }
    const key = `domain:${host}`
    const job = {
      kind: CERTIFICATE_JOB,
      payload,
      queueKey: key,
      dedupeKey: `${key}:${force}`,
      maxAttempts: 3,
      deadlineMs: DEADLINE_MS,
    }
    return this.#options.jobs.enqueue(job, trx)
  }

  /** The handler. What the owner or the authority has to mend is written to the domain, and tried again later. */
  async handle({ payload, signal }: Pick<Job<CertificatePayload>, 'payload' | 'signal'>): Promise<void> {
    const domain = await this.#options.domains.getById(payload.domainId)
    const app = domain && (await this.#options.apps.getById(domain.app_id))
    if (!domain || !app || app.deleted_at !== null) return
    const present = await this.#options.certificates.ofDomain(domain.id)
    if (!payload.force && !this.#isDue(domain, present)) return
    try {
      await this.#obtain({ domain, app, present }, signal)
    } catch (error) {
      if (signal.aborted) throw error
      if (error instanceof DomainGone) return
      await this.#failed({ domain, present }, error)
    }
  }

  #isDue(domain: DomainRow, present: CertificateRow | undefined): boolean {
    const now = this.#options.clock.now()
    if (!present) return domain.retry_at !== null
    return present.source === 'acme' && (domain.retry_at !== null || (present.renew_at ?? Infinity) <= now)
  }

  async #obtain({ domain, app, present }: Subject & { app: AppRow }, signal: AbortSignal): Promise<void> {
    const steps = new StepLog({
      domains: this.#options.domains,
      domainId: domain.id,
      clock: this.#options.clock,
    })
    await steps.begin()
    try {
      const { types, client } = await this.#prepare({ domain, app }, steps, signal)
      const { chainPem, keyPem } = await this.#order({ domain, present, types, client }, steps, signal)
      await this.#install({ domain, present, chainPem, keyPem }, steps)
    } catch (error) {
      if (!signal.aborted && !(error instanceof DomainGone)) await steps.fail(describe(error).message)
      throw error
    }
  }

  /** What must be right before an authority is asked, since it counts failures. Returns the ways of proof to try. */
  async #prepare(
    { domain, app }: { domain: DomainRow; app: AppRow },
    steps: StepLog,
    signal: AbortSignal,
  ): Promise<{ types: ChallengeType[]; client: AcmeClient }> {
    const { check, domains, accounts } = this.#options
    const byDns = domain.challenge === 'dns-01' || (domain.challenge === 'auto' && domain.dns_json !== null)
    const wanted = check.wantedRecords(domain.host, { slug: app.slug, isApex: await isApex(domain.host) })
    const dns = await check.dns(domain.host, wanted)
    // Proved in DNS, a certificate may come before the name leads here.
    await steps.add(byDns && dns.state === 'failed' ? { ...dns, state: 'warning' } : dns)
    const reach = byDns || dns.leads === 'nowhere' ? undefined : await check.reach(domain.host)
    if (reach)
      await steps.add(
        reach.state === 'failed' && dns.leads !== 'elsewhere' ? { ...reach, state: 'warning' } : reach,
      )
    else await steps.skip('reach')
    await domains.checked(domain.id, { isHere: reach?.state === 'ok' })
    const found = await accounts.client(signal)
    if (!found) throw domainErrors.domain_acme_off({ host: domain.host })
    if (!byDns && dns.leads === 'nowhere') throw domainErrors.dns_leads_nowhere({ reason: sentences(dns) })
    if (!byDns && dns.leads === 'elsewhere' && reach?.state !== 'ok')
      throw domainErrors.dns_leads_elsewhere({ reason: sentences(dns) })
    const types = waysOfProof(domain, { byDns, isReached: reach?.state === 'ok' })
    const { meta } = await found.client.directory()
    const caa = await check.caa(domain.host, { meta, challenge: types[0], accountUrl: found.accountUrl })
    await steps.add(caa)
    if (caa.state === 'failed') throw domainErrors.caa_forbids({ reason: sentences(caa) })
    return { types, client: found.client }
  }

  async #order(
    { domain, present, types, client }: Subject & { types: readonly ChallengeType[]; client: AcmeClient },
    steps: StepLog,
    signal: AbortSignal,
  ): Promise<{ chainPem: string; keyPem: string }> {
    const { domains, publish, files, dns, check, keyRing, log } = this.#options
    const order = orderOf(domain) ?? newOrder(keyRing, domain.id)
    const keyPem = keyRing.open(order.key, domainBindings.orderKey(domain.id))
    const save = () => domains.writeOrder(domain.id, order)
    const settings = domains.dnsOf(domain)
    const driver = settings && createDnsDriver(settings, { guard: check.guard() })
    const presenter = new DomainPresenter({ types, order, save, publish, files, driver, dns, log })
    await steps.add({
      name: 'order',
      state: 'running',
      message: `Asking ${client.authority} for a certificate.`,
    })
    // What an attempt that was killed had put somewhere.
    for (const open of order.open) await presenter.remove(open)
    const names = [domain.host]
    const chainPem = await issueCertificate({
      client,
      names,
      csr: () => createCsr(keyPem, names),
      presenter,
      orderUrl: order.url,
      onOrder: url => {
        order.url = url
        return save()
      },
      replaces: present?.source === 'acme' ? readCertificate(present.chain_pem).renewalId : undefined,
      signal,
    }).catch(async error => {
      // An order that was refused leads nowhere any more; one that was cut off is gone on with.
      if (!signal.aborted && !isPassing(error)) await domains.writeOrder(domain.id, null)
      throw error
    })
    await steps.add({ name: 'order', state: 'ok', message: `${client.authority} gave a certificate.` })
    return { chainPem, keyPem }
  }

  /** The file first: the row, and with it the route table, never name one that is not there. */
  async #install(
    { domain, present, chainPem, keyPem }: Subject & { chainPem: string; keyPem: string },
    steps: StepLog,
  ): Promise<void> {
    const { store, certificates, files, domains, events, publish, log } = this.#options
    await steps.add({ name: 'certificate', state: 'running', message: 'Giving the certificate to the edge.' })
    const row = certificates.prepare({ domainId: domain.id, source: 'acme', chainPem, keyPem })
    await files.ensure(row)
    const isServed = await store.transaction(async trx => {
      const current = await certificates.ofDomain(domain.id, trx)
      await domains.succeeded(domain.id, trx)
      // Brought by the owner while an authority was asked: what a person does counts.
      if (current?.source === 'upload' && current.id !== present?.id) return false
      await certificates.store(row, trx)
      const data = { host: domain.host, issuer: row.issuer, notAfter: row.not_after }
      const type = present ? ('certificate:renewed' as const) : ('certificate:issued' as const)
      await events.append({ appId: domain.app_id, type, data }, trx)
      return true
    })
    await publish()
    if (!isServed) return steps.add({ ...INSTALLED, message: 'The certificate that you uploaded is served.' })
    await steps.add({
      ...INSTALLED,
      message: `Served with a certificate of ${row.issuer} until ${new Date(row.not_after).toISOString()}.`,
    })
    log.info({ domain: domain.host, issuer: row.issuer }, 'certificate installed')
  }

  async #failed({ domain }: Subject, error: unknown): Promise<void> {
    const { domains, events, clock, random, log } = this.#options
    const problem = describe(error)
    const failures = domain.failures + 1
    const delayMs = retryDelayMs(failures, {
      random: random(),
      wasAsked: !isSeenBeforeAsking(problem.code),
      retryAfterMs: error instanceof AcmeProblem ? error.retryAfterMs : undefined,
    })
    const retryAt = clock.now() + delayMs
    await domains.failed(domain.id, problem, { failures, retryAt })
    const isUnexpected = !(error instanceof AppError || error instanceof AcmeProblem)
    log.warn(
      { domain: domain.host, code: problem.code, failures, ...(isUnexpected && { err: error }) },
      'no certificate yet',
    )
    // Once for each series of failures: it is tried again and again.
    if (failures === 1)
      await events.append({
        appId: domain.app_id,
        type: 'certificate:failed',
        data: { host: domain.host, ...problem, retryAt },
      })
  }
}

const INSTALLED = { name: 'certificate', state: 'ok' } as const

interface Subject {
  domain: DomainRow
  /** What is served at the moment. */
  present: CertificateRow | undefined
}

function newOrder(keyRing: KeyRing, domainId: string): PendingOrder {
  return { key: keyRing.seal(createCertificateKey(), domainBindings.orderKey(domainId)), open: [] }
}

/** `auto` takes DNS where a driver is set, else HTTP, and the TLS port first where port 80 does not answer. */
function waysOfProof(
  { challenge, host }: DomainRow,
  { byDns, isReached }: { byDns: boolean; isReached: boolean },
): ChallengeType[] {
  if (challenge !== 'auto') return [challenge]
  if (byDns || host.startsWith('*.')) return byDns ? ['dns-01'] : []
  return isReached ? ['http-01', 'tls-alpn-01'] : ['tls-alpn-01', 'http-01']
}

function sentences({ message, todo }: Pick<DomainStep, 'message' | 'todo'>): string {
  return todo === undefined ? message : `${message} ${todo}`
}

/** What is wrong with the authority for now, and not with the order. */
function isPassing(error: unknown): boolean {
  if (error instanceof AcmeProblem) return error.status >= 500 || error.type === 'rateLimited'
  return error instanceof AppError && (error.code === 'acme_unreachable' || error.code === 'acme_timed_out')
}

/** For the owner of the domain. What nobody foresaw is told in the log alone. */
function describe(error: unknown): { code: string; message: string } {
  if (error instanceof AcmeProblem)
    return { code: `acme_${snake(error.type)}`, message: `The certificate authority says: ${error.message}` }
  if (error instanceof AppError) return { code: error.code, message: error.message }
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC')
    return {
      code: 'disk_full',
      message: 'The disk of the platform is full: the certificate could not be written.',
    }
  return { code: 'internal_error', message: 'Something went wrong inside the platform. Its log says more.' }
}

function snake(type: string): string {
  return type
    .replace(/[^A-Za-z0-9]/g, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
}
