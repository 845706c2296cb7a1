/** What the JSON columns of a domain hold. */
import type { OpenChallenge, TsigAlgorithm } from '@seaworthy/certificates'
import type { SealBinding } from '@seaworthy/kit'
import type { DomainRow } from '../store/schema.ts'

/** How a host answers once it has a certificate. */
export interface DomainHttps {
  /** Plain HTTP is sent to https. */
  redirect: boolean
  /** 0: no `Strict-Transport-Security`. */
  hstsMaxAgeSeconds: number
  hstsIncludeSubdomains: boolean
}

export const DEFAULT_HTTPS: DomainHttps = {
  redirect: true,
  hstsMaxAgeSeconds: 31_536_000,
  // Other names under this one may belong to somebody else.
  hstsIncludeSubdomains: false,
}

/** How the TXT records of a domain are written. As stored, `secret` is sealed. */
export type DnsSettings =
  | {
      kind: 'rfc2136'
      server: string
      port: number
      zone: string
      keyName: string
      algorithm: TsigAlgorithm
      secret: string
    }
  | { kind: 'webhook'; url: string; secret: string }

export type StepName = 'dns' | 'caa' | 'reach' | 'order' | 'certificate'

/** One thing that is looked at or done, in plain words. */
export interface DomainStep {
  name: StepName
  state: 'waiting' | 'running' | 'ok' | 'warning' | 'failed'
  /** What was seen or done. */
  message: string
  /** What the owner of the domain should do now. */
  todo?: string
  /** What DNS said. */
  seen?: SeenRecord[]
  at: number
}

export interface SeenRecord {
  type: 'A' | 'AAAA' | 'CNAME'
  value: string
  /** null: of an alias, or where the platform does not know its own addresses. */
  leadsHere: boolean | null
}

/** An order that is under way: what is needed to go on with it after a crash. */
export interface PendingOrder {
  /** Undefined until the authority has answered. */
  url?: string
  /** The certificate's key, PEM, sealed. */
  key: string
  /** What has been put in its place and not been taken away. */
  open: (OpenChallenge & { /** Of a TLS-ALPN-01 challenge. */ file?: string })[]
}

export interface DomainProblem {
  code: string
  message: string
}

export const httpsOf = (row: Pick<DomainRow, 'https_json'>): DomainHttps => ({
  ...DEFAULT_HTTPS,
  ...JSON.parse(row.https_json),
})
export const stepsOf = (row: Pick<DomainRow, 'steps_json'>): DomainStep[] => JSON.parse(row.steps_json)
export const orderOf = (row: Pick<DomainRow, 'order_json'>): PendingOrder | undefined =>
  row.order_json === null ? undefined : JSON.parse(row.order_json)
export const problemOf = (row: Pick<DomainRow, 'problem_json'>): DomainProblem | undefined =>
  row.problem_json === null ? undefined : JSON.parse(row.problem_json)
/** With the secret still sealed. */
export const sealedDnsOf = (row: Pick<DomainRow, 'dns_json'>): DnsSettings | undefined =>
  row.dns_json === null ? undefined : JSON.parse(row.dns_json)

const PURPOSE = 'domains'

/** What the keys and secrets of domains are bound to: each opens nowhere but in its own row. */
export const domainBindings = {
  dnsSecret: (domainId: string): SealBinding => ({ purpose: PURPOSE, context: `domain:${domainId}/dns` }),
  orderKey: (domainId: string): SealBinding => ({ purpose: PURPOSE, context: `domain:${domainId}/order` }),
  certificateKey: (id: string): SealBinding => ({ purpose: PURPOSE, context: `certificate:${id}/key` }),
  accountKey: (id: string): SealBinding => ({ purpose: PURPOSE, context: `acme-account:${id}/key` }),
}
