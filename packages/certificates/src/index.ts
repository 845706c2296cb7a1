export { createAccountKey, type ExternalAccount } from './acme/account-key.ts'
export { AcmeClient, type AcmeClientOptions } from './acme/acme-client.ts'
export type { AcmeDirectory, ChallengeType } from './acme/acme-objects.ts'
export { AcmeProblem } from './acme/acme-problem.ts'
export { dnsProof } from './acme/dns-proof.ts'
export {
  type ChallengePresenter,
  type IssueOptions,
  issueCertificate,
  type OpenChallenge,
} from './acme/issue-certificate.ts'
export { type RenewalWindow, readRenewalWindow, renewalTime } from './acme/renewal-info.ts'
export {
  type CertificateFacts,
  coversHost,
  inspectCertificate,
  readCertificate,
  type UsableCertificate,
} from './certificate/inspect-certificate.ts'
export { alpnCertificate, createCertificateKey, createCsr } from './certificate/key-and-csr.ts'
export { type CaaRecord, type CaaVerdict, judgeCaa, relevantCaa } from './dns/caa.ts'
export type { DnsDriver, TextRecord } from './dns/dns-driver.ts'
export { DnsLookup, type DnsLookupOptions, type HostRecords } from './dns/dns-lookup.ts'
export { type Rfc2136Options, rfc2136Driver } from './dns/rfc2136-driver.ts'
export { TSIG_ALGORITHMS, type TsigAlgorithm, type TsigKey } from './dns/tsig.ts'
export { type WebhookOptions, webhookDriver, webhookSignature } from './dns/webhook-driver.ts'
export { certificateErrors } from './errors.ts'
export { baseName, displayName, type HostName, isApex, parseHostName } from './host-name.ts'
export type { AddressGuard } from './net/address-guard.ts'
export { exchange, type HttpAnswer, type HttpQuestion } from './net/http-exchange.ts'
export { askOcsp, type OcspAnswer } from './ocsp/ocsp.ts'
