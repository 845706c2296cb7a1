import { isIP } from 'node:net'
import { inspectCertificate, isApex, parseHostName } from '@seaworthy/certificates'
import { isPublicAddress } from '@seaworthy/source/public-address'
import type { VisibleApps } from '../access/visible-apps.ts'
import type { Events } from '../events/events.ts'
import { isoTime } from '../http/times.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import type { AppRow, CertificateRow, DomainRow, JobRow } from '../store/schema.ts'
import type { AcmeAccounts } from './acme-accounts.ts'
import type { CertificateFiles } from './certificate-files.ts'
import type { CertificateJob } from './certificate-job.ts'
import type { Certificates } from './certificates.ts'
import type { DomainCheck } from './domain-check.ts'
import { DEFAULT_HTTPS, type DnsSettings, type DomainHttps, stepsOf } from './domain-settings.ts'
import type { DomainChange, Domains } from './domains.ts'
import { domainErrors } from './errors.ts'
import { StepLog } from './step-log.ts'

export interface DomainClaimsOptions {
  store: Store
  domains: Domains
  certificates: Certificates
  files: CertificateFiles
  job: CertificateJob
  accounts: AcmeAccounts
  check: DomainCheck
  events: Pick<Events, 'append'>
  publish(): Promise<void>
  /** Whether DNS drivers may speak to addresses of the local network. */
  allowLocal: boolean
  clock?: Pick<Clock, 'now'>
}

export interface ClaimRequest {
  /** As typed. */
  host: string
  redirectTo?: string | undefined
  challenge?: DomainRow['challenge'] | undefined
  https?: Partial<DomainHttps> | undefined
  dns?: DnsSettings | undefined
  /** False: no certificate is to be got. */
  certificate?: boolean | undefined
  actor?: string
  /** Apps that the actor may hear of; all when missing. */
  visible?: VisibleApps
}

/** What people do with their domains. Whatever changes what is served is published before it resolves. */
export class DomainClaims {
  readonly #options: DomainClaimsOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: DomainClaimsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /** Claims a host for an app and begins to get its certificate. Rejects with `host_invalid` and what `Domains.claim` says. */
  async add(app: AppRow, request: ClaimRequest): Promise<DomainRow> {
    const { domains, job, check, events, publish, accounts } = this.#options
    const host = await parseHostName(request.host)
    domains.requireClaimable(host)
    this.#requireDns(request.dns)
    const wantsCertificate = request.certificate !== false && accounts.settings !== undefined
    if (wantsCertificate && host.wildcard && !request.dns)
      throw domainErrors.domain_needs_dns({ host: host.display })
    const redirectTo =
      request.redirectTo === undefined ? undefined : (await parseHostName(request.redirectTo)).ascii
    const isProved = await check.hasText(domains.claimRecord(app.team_id, host.ascii))
    const { challenge = 'auto', dns } = request
    const https = { ...DEFAULT_HTTPS, ...request.https }
    const row = await domains.claim({
      app,
      host,
      redirectTo,
      challenge,
      https,
      dns,
      isProved,
      wantsCertificate,
      visible: request.visible,
    })
    await events.append({
      appId: app.id,
      type: 'domain:added',
      data: { host: row.host, actor: request.actor ?? 'somebody' },
    })
    if (wantsCertificate) {
      await this.#stepLog(row).begin()
      await job.request(row)
    }
    await publish()
    return (await domains.getById(row.id)) ?? row
  }

  async find(app: AppRow, typed: string): Promise<DomainRow> {
    return this.#options.domains.get(app, await asStored(typed))
  }

  async change(app: AppRow, typed: string, change: DomainChange): Promise<DomainRow> {
    const { domains, publish } = this.#options
    this.#requireDns(change.dns ?? undefined)
    const redirectTo = change.redirectTo ? (await parseHostName(change.redirectTo)).ascii : change.redirectTo
    const row = await domains.change(app, await this.find(app, typed), { ...change, redirectTo })
    await publish()
    return row
  }

  async remove(app: AppRow, typed: string, actor: string): Promise<DomainRow> {
    const { domains, publish, events } = this.#options
    const row = await this.find(app, typed)
    await domains.remove(row)
    await publish()
    await events.append({ appId: app.id, type: 'domain:removed', data: { host: row.host, actor } })
    return row
  }

  /** Looks at DNS, CAA and port 80 now. What the check says is kept with the domain. */
  async check(app: AppRow, typed: string): Promise<DomainRow> {
    const { domains, check } = this.#options
    const row = await this.find(app, typed)
    const apex = await isApex(row.host)
    const steps = this.#stepLog(row)
    const dns = await check.dns(row.host, check.wantedRecords(row.host, { slug: app.slug, isApex: apex }))
    await steps.add(dns)
    const reach = dns.leads === 'nowhere' ? undefined : await check.reach(row.host)
    if (reach) await steps.add(reach)
    await steps.add(await check.caa(row.host, { meta: await this.#meta() }))
    await domains.checked(row.id, { isHere: reach?.state === 'ok' })
    return (await domains.getById(row.id)) ?? row
  }

  /** Gets a new certificate now. Rejects with `domain_certificate_own` for an uploaded one unless `automatic`. */
  async renew(
    app: AppRow,
    typed: string,
    { automatic }: { automatic: boolean },
  ): Promise<{ row: DomainRow; job: JobRow }> {
    const { certificates, job, accounts, domains } = this.#options
    const row = await this.find(app, typed)
    if (!accounts.settings) throw domainErrors.domain_acme_off({ host: row.host })
    const present = await certificates.ofDomain(row.id)
    if (present?.source === 'upload' && !automatic)
      throw domainErrors.domain_certificate_own({ host: row.host })
    if (row.host.startsWith('*.') && row.dns_json === null)
      throw domainErrors.domain_needs_dns({ host: row.host })
    // Noted down first: if all else fails, the look at what is due finds it.
    await domains.retryAt(row.id, this.#clock.now())
    await this.#stepLog(row).begin()
    return { row, job: await job.request(row, { force: true }) }
  }

  /** Serves a certificate that somebody brings. Rejects with `certificate_invalid` in plain words. */
  async upload(
    app: AppRow,
    typed: string,
    { chain, key, actor }: { chain: string; key: string; actor: string },
  ): Promise<{ row: DomainRow; certificate: CertificateRow }> {
    const { store, certificates, files, domains, events, publish } = this.#options
    const row = await this.find(app, typed)
    const usable = inspectCertificate({ chain, key }, { host: row.host, now: this.#clock.now() })
    const certificate = certificates.prepare({ domainId: row.id, source: 'upload', ...usable })
    await files.ensure(certificate)
    await store.transaction(async trx => {
      await certificates.store(certificate, trx)
      await domains.ownCertificate(row.id, trx)
      const data = { host: row.host, issuer: certificate.issuer, notAfter: certificate.not_after, actor }
      await events.append({ appId: app.id, type: 'certificate:uploaded', data }, trx)
    })
    await publish()
    await this.#stepLog(row).done({
      name: 'certificate',
      message: `Served with your certificate of ${certificate.issuer} until ${isoTime(certificate.not_after)}.`,
    })
    return { row: (await domains.getById(row.id)) ?? row, certificate }
  }

  #stepLog(row: DomainRow): StepLog {
    const { domains } = this.#options
    return new StepLog({ domains, domainId: row.id, clock: this.#clock, earlier: stepsOf(row) })
  }

  /** An authority that is away must not keep somebody from looking at their DNS. */
  async #meta() {
    try {
      const found = await this.#options.accounts.client()
      return (await found?.client.directory())?.meta
    } catch {
      return undefined
    }
  }

  #requireDns(dns: DnsSettings | undefined): void {
    if (!dns || this.#options.allowLocal) return
    const refuse = (problem: string) => domainErrors.domain_dns_invalid({ problem })
    const host = dns.kind === 'webhook' ? new URL(dns.url).hostname.replace(/^\[|\]$/g, '') : dns.server
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw refuse(`${host} is an address of a local network`)
    if (dns.kind === 'webhook' && !dns.url.startsWith('https:')) throw refuse('the webhook must be https')
  }
}

/** A host that cannot be claimed may still be asked for: it is then not found. */
async function asStored(typed: string): Promise<string> {
  try {
    return (await parseHostName(typed)).ascii
  } catch {
    return typed.toLowerCase().slice(0, 300)
  }
}
