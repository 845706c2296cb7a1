import type { Logger } from '@seaworthy/kit'
import type { AcmeChallenge, CertificateFile } from '@seaworthy/routes'
import { type Clock, systemClock } from '../store/clock.ts'
import type { CertificateRow, DomainRow } from '../store/schema.ts'
import type { CertificateFiles } from './certificate-files.ts'
import type { Certificates } from './certificates.ts'
import type { DomainFacts, DomainSource, DomainTableParts } from './domain-routes.ts'
import { httpsOf, orderOf } from './domain-settings.ts'
import type { Domains } from './domains.ts'
import type { Probes } from './probes.ts'

export interface DomainTableOptions {
  domains: Domains
  certificates: Certificates
  files: CertificateFiles
  probes: Probes
  ports: { http: number; https: number }
  clock?: Pick<Clock, 'now'>
  log: Logger
}

interface Served {
  domain: DomainRow
  /** Undefined without a certificate that can be served. */
  certificate: CertificateFile | undefined
  /** Nobody is sent to an https that browsers warn of. */
  isValid: boolean
}

/** What claimed domains add to each route table. What is wrong with one of them is that one's alone. */
export class DomainTable implements DomainSource {
  readonly #options: DomainTableOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: DomainTableOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  async tableParts(): Promise<DomainTableParts> {
    const { domains, certificates, probes } = this.#options
    const rows = await domains.listServed()
    const byDomain = new Map((await certificates.all()).map(row => [row.domain_id, row]))
    const served = await Promise.all(rows.map(row => this.#served(row, byDomain.get(row.id))))
    const secured = new Set(served.flatMap(({ domain, isValid }) => (isValid ? [domain.host] : [])))
    const facts = served.flatMap(one => this.#guarded(one.domain, () => [this.#facts(one, secured)]))
    return {
      byApp: new Map(
        [...Map.groupBy(facts, ({ appId }) => appId)].map(([appId, list]) => [
          appId,
          list.map(({ fact }) => fact),
        ]),
      ),
      certificates: served.flatMap(({ certificate }) => certificate ?? []),
      challenges: [...rows.flatMap(row => this.#guarded(row, () => challengesOf(row))), ...probes.challenges],
    }
  }

  /** Every file that a table names at the moment. */
  async usedFiles(): Promise<Set<string>> {
    const { certificates, challenges } = await this.tableParts()
    const ocsp = certificates.flatMap(({ ocspFile }) => ocspFile ?? [])
    return new Set([
      ...certificates.map(({ file }) => file),
      ...ocsp,
      ...challenges.flatMap(challenge => (challenge.type === 'tls-alpn-01' ? [challenge.file] : [])),
    ])
  }

  async #served(domain: DomainRow, row: CertificateRow | undefined): Promise<Served> {
    if (!row) return { domain, certificate: undefined, isValid: false }
    try {
      const files = await this.#options.files.ensure(row)
      return {
        domain,
        certificate: { hosts: [domain.host], ...files },
        isValid: row.not_after > this.#clock.now(),
      }
    } catch (error) {
      this.#options.log.error(
        { domain: domain.host, err: error },
        'a certificate cannot be given to the edge',
      )
      return { domain, certificate: undefined, isValid: false }
    }
  }

  #facts({ domain, isValid }: Served, secured: ReadonlySet<string>): { appId: string; fact: DomainFacts } {
    const fact: DomainFacts = { host: domain.host }
    if (isValid) fact.https = httpsOf(domain)
    if (domain.redirect_to !== null) fact.redirectTo = this.#origin(domain.redirect_to, secured)
    return { appId: domain.app_id, fact }
  }

  #origin(host: string, secured: ReadonlySet<string>): string {
    const { http, https } = this.#options.ports
    if (secured.has(host)) return `https://${host}${https === 443 ? '' : `:${https}`}`
    return `http://${host}${http === 80 ? '' : `:${http}`}`
  }

  /** A row that cannot be read must not take the others with it. */
  #guarded<Item>(domain: DomainRow, read: () => Item[]): Item[] {
    try {
      return read()
    } catch (error) {
      this.#options.log.error({ domain: domain.host, err: error }, 'a domain cannot be routed')
      return []
    }
  }
}

function challengesOf(row: DomainRow): AcmeChallenge[] {
  return (orderOf(row)?.open ?? []).flatMap(
    ({ type, host, token, keyAuthorization, file }): AcmeChallenge[] => {
      if (type === 'http-01') return [{ type, host, token, keyAuthorization }]
      return type === 'tls-alpn-01' && file !== undefined ? [{ type, host, file }] : []
    },
  )
}
