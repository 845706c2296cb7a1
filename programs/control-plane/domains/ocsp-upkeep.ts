import { askOcsp, type OcspAnswer } from '@seaworthy/certificates'
import type { Logger } from '@seaworthy/kit'
import type { Events } from '../events/events.ts'
import type { CertificateRow, DomainRow } from '../store/schema.ts'
import type { Certificates } from './certificates.ts'
import type { DomainCheck } from './domain-check.ts'

export interface OcspUpkeepOptions {
  certificates: Pick<Certificates, 'update'>
  check: Pick<DomainCheck, 'guard'>
  events: Pick<Events, 'append'>
  log: Logger
}

/** A certificate that is served, with what it is served for. */
export interface ServedCertificate {
  domain: DomainRow
  certificate: CertificateRow
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** A responder that hangs holds the others of its turn for as long as a question may take. */
const ASKED_AT_ONCE = 20

/**
 * Keeps the word of authorities that certificates are good (OCSP, RFC 6960), for the edge to hand on in handshakes.
 * Certificates without a responder, by now most of them, are no work. A responder that fails costs nothing but the
 * word: clients then look for themselves, or do without.
 */
export class OcspUpkeep {
  readonly #options: OcspUpkeepOptions

  constructor(options: OcspUpkeepOptions) {
    this.#options = options
  }

  /** Asks about those that are due. Resolves with whether the edge has to hear of it. */
  async refresh(served: readonly ServedCertificate[], now: number, signal: AbortSignal): Promise<boolean> {
    const due = served
      .filter(({ certificate }) => isDue(certificate, now))
      .sort((a, b) => a.certificate.ocsp_at! - b.certificate.ocsp_at!)
      .slice(0, ASKED_AT_ONCE)
    const changes = await Promise.all(due.map(one => this.#ask(one, now, signal)))
    return changes.includes(true)
  }

  async #ask(served: ServedCertificate, now: number, signal: AbortSignal): Promise<boolean> {
    const { certificates, check, log } = this.#options
    const { id, chain_pem: chainPem, ocsp_url: url } = served.certificate
    try {
      const answer = await askOcsp({ chainPem, url: url!, signal, ...check.guard() }, now)
      return await this.#heard(served, answer, now)
    } catch (error) {
      log.info({ domain: served.domain.host, err: error }, 'no word about a certificate by OCSP; again later')
      await certificates.update(id, { ocsp_at: now + HOUR_MS })
      return false
    }
  }

  async #heard(
    { domain, certificate }: ServedCertificate,
    { status, der, askAgainAt, validUntil }: OcspAnswer,
    now: number,
  ): Promise<boolean> {
    const { certificates } = this.#options
    if (status === 'good') {
      const ocsp_at = Math.max(askAgainAt, now + HOUR_MS)
      await certificates.update(certificate.id, {
        ...{ ocsp_der: der.toString('base64'), ocsp_until: validUntil, ocsp_at },
      })
      return true
    }
    // Handed on, it would only turn every client away; new authorities say "unknown" of fresh certificates.
    const nothing = { ocsp_der: null, ocsp_until: null }
    if (status === 'revoked') await this.#revoked(domain, certificate, now)
    else await certificates.update(certificate.id, { ...nothing, ocsp_at: now + HOUR_MS })
    return certificate.ocsp_der !== null
  }

  /** One of ours is replaced at once; whose owner uploaded it has to hear. Told once a day. */
  async #revoked(domain: DomainRow, { id, issuer, source }: CertificateRow, now: number): Promise<void> {
    const { certificates, events, log } = this.#options
    const renewal = source === 'acme' ? { renew_at: now } : {}
    await certificates.update(id, { ocsp_der: null, ocsp_until: null, ocsp_at: now + DAY_MS, ...renewal })
    const data = { host: domain.host, issuer }
    await events.append({ appId: domain.app_id, type: 'certificate:revoked', data })
    log.warn({ domain: domain.host, source }, 'a certificate was revoked by its authority')
  }
}

function isDue({ ocsp_url, ocsp_at, not_after }: CertificateRow, now: number): boolean {
  return ocsp_url !== null && ocsp_at !== null && ocsp_at <= now && not_after > now
}
