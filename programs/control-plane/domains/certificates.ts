import { createHash } from 'node:crypto'
import { readCertificate, renewalTime } from '@seaworthy/certificates'
import type { KeyRing } from '@seaworthy/kit'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { CertificateRow } from '../store/schema.ts'
import { domainBindings } from './domain-settings.ts'

export interface CertificatesOptions {
  store: Store
  keyRing: KeyRing
  clock?: Pick<Clock, 'now'>
  /** In [0, 1). */
  random?: () => number
}

export interface NewCertificate {
  domainId: string
  source: CertificateRow['source']
  /** PEM, leaf first. */
  chainPem: string
  keyPem: string
}

const RENEWAL_LOOK_MS = 6 * 3_600_000

/** The `certificates` table: at most one for each domain. Keys are sealed. */
export class Certificates {
  readonly #options: Required<CertificatesOptions>

  constructor(options: CertificatesOptions) {
    this.#options = { clock: systemClock, random: Math.random, ...options }
  }

  ofDomain(domainId: string, db: Queryable = this.#options.store.db): Promise<CertificateRow | undefined> {
    return db.selectFrom('certificates').selectAll().where('domain_id', '=', domainId).executeTakeFirst()
  }

  ofDomains(domainIds: readonly string[]): Promise<CertificateRow[]> {
    if (domainIds.length === 0) return Promise.resolve([])
    return this.#options.store.db
      .selectFrom('certificates')
      .selectAll()
      .where('domain_id', 'in', domainIds)
      .execute()
  }

  all(): Promise<CertificateRow[]> {
    return this.#options.store.db.selectFrom('certificates').selectAll().orderBy('id').execute()
  }

  /** A row that is not stored yet, so that its file can be written first. */
  prepare({ domainId, source, chainPem, keyPem }: NewCertificate): CertificateRow {
    const { clock, random, keyRing } = this.#options
    const facts = readCertificate(chainPem)
    const [id, now] = [newId('crt'), clock.now()]
    const isOurs = source === 'acme'
    return {
      id,
      domain_id: domainId,
      source,
      chain_pem: chainPem,
      key_json: JSON.stringify(keyRing.seal(keyPem, domainBindings.certificateKey(id))),
      digest: createHash('sha256').update(keyPem).update(chainPem).digest('hex'),
      issuer: facts.issuer,
      not_before: facts.notBefore,
      not_after: facts.notAfter,
      renew_at: isOurs ? renewalTime(facts, { random: random() }) : null,
      window_at: isOurs ? now + RENEWAL_LOOK_MS : null,
      warned_at: null,
      ocsp_url: facts.ocspUrl ?? null,
      ocsp_der: null,
      ocsp_at: facts.ocspUrl === undefined ? null : now,
      ocsp_until: null,
      created_at: now,
    }
  }

  /** Replaces what the domain had. */
  async store(row: CertificateRow, trx: Queryable): Promise<void> {
    await trx.deleteFrom('certificates').where('domain_id', '=', row.domain_id).execute()
    await trx.insertInto('certificates').values(row).execute()
  }

  async update(
    id: string,
    fields: Partial<
      Pick<CertificateRow, 'renew_at' | 'window_at' | 'warned_at' | 'ocsp_der' | 'ocsp_at' | 'ocsp_until'>
    >,
  ): Promise<void> {
    await this.#options.store.db.updateTable('certificates').set(fields).where('id', '=', id).execute()
  }

  keyOf(row: CertificateRow): string {
    return this.#options.keyRing.open(JSON.parse(row.key_json), domainBindings.certificateKey(row.id))
  }
}
