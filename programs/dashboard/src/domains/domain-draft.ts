/** What a form says about a domain, and what the API is asked with it. Pure. */
import type { CallOptions } from '@seaworthy/api/client'
import type { Domain } from '../api/sight-queries.ts'

export type Challenge = Domain['challenge']
type AddBody = CallOptions<'domains.add'>['body']
type UpdateBody = CallOptions<'domains.update'>['body']
type DnsDriver = NonNullable<AddBody['dns']>

export type DnsKind = 'none' | 'rfc2136' | 'webhook'
export const ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const

export interface DomainDraft {
  host: string
  /** Empty: it serves the app. */
  redirectTo: string
  challenge: Challenge
  certificate: boolean
  dnsKind: DnsKind
  dns: DnsFields
  redirectHttps: boolean
  hsts: boolean
  hstsSubdomains: boolean
}

export interface DnsFields {
  server: string
  port: string
  zone: string
  keyName: string
  algorithm: (typeof ALGORITHMS)[number]
  url: string
  secret: string
}

const YEAR_SECONDS = 31_536_000

const NO_DNS: DnsFields = {
  server: '',
  port: '53',
  zone: '',
  keyName: '',
  algorithm: 'hmac-sha256',
  url: '',
  secret: '',
}

export const NEW_DOMAIN: DomainDraft = {
  host: '',
  redirectTo: '',
  challenge: 'auto',
  certificate: true,
  dnsKind: 'none',
  dns: NO_DNS,
  redirectHttps: true,
  hsts: true,
  hstsSubdomains: false,
}

export function draftOf({ host, redirectTo, challenge, dns, https }: Domain): DomainDraft {
  return {
    ...NEW_DOMAIN,
    host,
    redirectTo: redirectTo ?? '',
    challenge,
    dnsKind: dns?.kind ?? 'none',
    dns: dns?.kind === 'rfc2136' ? { ...NO_DNS, ...rfcFields(dns) } : NO_DNS,
    redirectHttps: https.redirect,
    hsts: https.hstsMaxAgeSeconds > 0,
    hstsSubdomains: https.hstsIncludeSubdomains,
  }
}

export function addBody(draft: DomainDraft): AddBody {
  const { host, redirectTo, challenge, certificate } = draft
  const dns = driverOf(draft)
  return {
    host: host.trim(),
    ...(redirectTo && { redirectTo }),
    ...(challenge !== 'auto' && { challenge }),
    ...(!certificate && { certificate }),
    ...(dns && { dns }),
  }
}

/** Only what was changed. A driver keeps its secret unless it is given anew, so it is sent with one alone. */
export function updateBody(draft: DomainDraft, domain: Domain): UpdateBody {
  const before = draftOf(domain)
  const body: UpdateBody = {}
  if (draft.redirectTo !== before.redirectTo) body.redirectTo = draft.redirectTo || null
  if (draft.challenge !== before.challenge) body.challenge = draft.challenge
  const https = httpsChange(draft, before)
  if (Object.keys(https).length > 0) body.https = https
  if (draft.dnsKind === 'none' && before.dnsKind !== 'none') body.dns = null
  if (draft.dns.secret !== '') {
    const dns = driverOf(draft)
    if (dns) body.dns = dns
  }
  return body
}

function httpsChange(draft: DomainDraft, before: DomainDraft): NonNullable<UpdateBody['https']> {
  return {
    ...(draft.redirectHttps !== before.redirectHttps && { redirect: draft.redirectHttps }),
    ...(draft.hsts !== before.hsts && { hstsMaxAgeSeconds: draft.hsts ? YEAR_SECONDS : 0 }),
    ...(draft.hstsSubdomains !== before.hstsSubdomains && { hstsIncludeSubdomains: draft.hstsSubdomains }),
  }
}

function driverOf({ dnsKind, dns }: DomainDraft): DnsDriver | undefined {
  if (dnsKind === 'none') return undefined
  if (dnsKind === 'webhook') return { kind: 'webhook', url: dns.url.trim(), secret: dns.secret }
  const { server, port, zone, keyName, algorithm, secret } = dns
  return {
    kind: 'rfc2136',
    ...{ server: server.trim(), port: Number(port), zone: zone.trim(), keyName: keyName.trim() },
    ...{ algorithm, secret: secret.trim() },
  }
}

function rfcFields(dns: Extract<Domain['dns'], { kind: 'rfc2136' }>): Partial<DnsFields> {
  const algorithm = ALGORITHMS.find(each => each === dns.algorithm) ?? 'hmac-sha256'
  return { server: dns.server, port: String(dns.port), zone: dns.zone, keyName: dns.keyName, algorithm }
}

/** What a host is proved by when it is a wildcard: authorities know no other way (RFC 8555, 7.1.3). */
export function isWildcard(host: string): boolean {
  return host.trim().startsWith('*.')
}
