/** The part of the composition root for claimed domains and their certificates. */
import { DnsLookup } from '@seaworthy/certificates'
import type { KeyRing, Logger } from '@seaworthy/kit'
import type { Apps } from '../apps/apps.ts'
import type { Events } from '../events/events.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { Clock } from '../store/clock.ts'
import type { Store } from '../store/database.ts'
import { AcmeAccounts, type AcmeSettings } from './acme-accounts.ts'
import { CertificateCalls } from './certificate-calls.ts'
import { CertificateFiles } from './certificate-files.ts'
import { CERTIFICATE_JOB, CertificateJob } from './certificate-job.ts'
import { Certificates } from './certificates.ts'
import { DomainCheck } from './domain-check.ts'
import { DomainClaims } from './domain-claims.ts'
import { DomainTable } from './domain-table.ts'
import { DomainWatch } from './domain-watch.ts'
import { Domains } from './domains.ts'
import { Probes } from './probes.ts'

export interface DomainSettings {
  /** Undefined: no authority is asked for anything. */
  acme: AcmeSettings | undefined
  /** Resolvers; empty: the system's. */
  dnsServers: readonly string[]
  publicAddresses: readonly string[]
  allowLocal: boolean
  acmeHttpPort: number
  baseDomain: string
  dashboardHost: string
  /** Of the edge, as clients reach it. */
  ports: { http: number; https: number }
}

export interface DomainSurroundings {
  store: Store
  keyRing: KeyRing
  apps: Apps
  events: Events
  jobs: JobLedger
  quotas: Pick<Quotas, 'hold'>
  /** Makes the proofs of claims. */
  secret: string
  /** For the files that the edge reads. */
  directory: string
  /** Resolves once the edge has the table of this moment. */
  publish(): Promise<void>
  settings: DomainSettings
  clock?: Clock
  random?: () => number
  log: Logger
}

export function composeDomains(surroundings: DomainSurroundings) {
  const { store, keyRing, quotas, events, settings, secret, directory, clock, random } = surroundings
  const dns = new DnsLookup({ servers: settings.dnsServers })
  const probes = new Probes()
  const domains = new Domains({
    store,
    keyRing,
    events,
    quotas,
    reserved: settings,
    secret,
    ...(clock && { clock }),
  })
  const certificates = new Certificates({
    store,
    keyRing,
    ...(clock && { clock }),
    ...(random && { random }),
  })
  const files = new CertificateFiles({ directory, certificates })
  const accounts = new AcmeAccounts({ store, keyRing, settings: settings.acme, ...(clock && { clock }) })
  const check = new DomainCheck({ ...settings, dns, probes, publish: surroundings.publish })
  const shared = { ...surroundings, domains, certificates, files, accounts, check, dns }
  const certificateJob = new CertificateJob(shared)
  const table = new DomainTable({ ...shared, probes, ports: settings.ports })
  const claims = new DomainClaims({ ...shared, job: certificateJob, allowLocal: settings.allowLocal })
  return {
    domains,
    certificates,
    files,
    table,
    certificateJob,
    claims,
    /** What the routes need. */
    routeParts: {
      domains: table,
      claimedDomains: domains,
      domainClaims: claims,
      domainCheck: check,
      certificates,
    },
    calls: new CertificateCalls({ ...shared, job: certificateJob }),
    watch: new DomainWatch({ ...shared, table, job: certificateJob }),
    jobHandlers: { [CERTIFICATE_JOB]: certificateJob.handle.bind(certificateJob) },
  }
}
