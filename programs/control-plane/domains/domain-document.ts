import type { Domain } from '@seaworthy/api'
import { displayName, isApex, readCertificate } from '@seaworthy/certificates'
import { isoTime, isoTimeOrNull } from '../http/times.ts'
import type { AppRow, CertificateRow, DomainRow } from '../store/schema.ts'
import type { DomainCheck } from './domain-check.ts'
import { httpsOf, problemOf, sealedDnsOf, stepsOf } from './domain-settings.ts'
import type { Domains } from './domains.ts'

export interface DomainDocumentOptions {
  app: AppRow
  check: Pick<DomainCheck, 'wantedRecords'>
  domains: Pick<Domains, 'claimRecord'>
}

/** A domain as the API shows it. Never a key or a secret. */
export async function domainDocument(
  row: DomainRow,
  certificate: CertificateRow | undefined,
  { app, check, domains }: DomainDocumentOptions,
): Promise<Domain> {
  const apex = await isApex(row.host)
  const problem = problemOf(row)
  return {
    host: row.host,
    display: row.host.startsWith('*.') ? `*.${displayName(row.host.slice(2))}` : displayName(row.host),
    state: stateOf(row, certificate),
    redirectTo: row.redirect_to,
    https: httpsOf(row),
    challenge: row.challenge,
    dns: shownDns(row),
    seen: stepsOf(row).find(({ name }) => name === 'dns')?.seen ?? null,
    records: check.wantedRecords(row.host, { slug: app.slug, isApex: apex }),
    claim: {
      heldUntil: isoTime(row.held_until),
      provedAt: isoTimeOrNull(row.proved_at),
      record: domains.claimRecord(app.team_id, row.host),
    },
    steps: stepsOf(row).map(({ name, state, message, todo = null, at }) => ({
      ...{ name, state, message, todo },
      at: isoTime(at),
    })),
    problem: problem ? { ...problem, retryAt: isoTimeOrNull(row.retry_at) } : null,
    certificate: certificate ? certificateDocument(certificate) : null,
    checkedAt: isoTimeOrNull(row.checked_at),
    createdAt: isoTime(row.created_at),
  }
}

function stateOf(row: DomainRow, certificate: CertificateRow | undefined): Domain['state'] {
  if (stepsOf(row).some(({ state }) => state === 'running' || state === 'waiting')) return 'working'
  if (row.problem_json !== null) return 'failed'
  if (row.retry_at !== null) return 'working'
  return certificate ? 'secured' : 'plain'
}

function shownDns(row: DomainRow): Domain['dns'] {
  const dns = sealedDnsOf(row)
  if (!dns) return null
  if (dns.kind === 'webhook') return { kind: 'webhook', host: new URL(dns.url).host }
  const { secret: _, ...shown } = dns
  return shown
}

function certificateDocument(row: CertificateRow): NonNullable<Domain['certificate']> {
  return {
    source: row.source,
    issuer: row.issuer,
    names: namesIn(row),
    notBefore: isoTime(row.not_before),
    notAfter: isoTime(row.not_after),
    renewAt: isoTimeOrNull(row.renew_at),
  }
}

/** A row that was damaged is still listed: its owner has to find it. */
function namesIn({ chain_pem }: CertificateRow): string[] {
  try {
    return readCertificate(chain_pem).names
  } catch {
    return []
  }
}
