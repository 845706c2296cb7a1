/** The part of the composition root for who may do what: accounts, teams, tokens, mail, the audit log, their jobs. */
import { createHmac } from 'node:crypto'
import type { Logger } from '@seaworthy/kit'
import { AccessReader } from '../access/access-reader.ts'
import { AccessReport } from '../access/access-report.ts'
import { ActorFinder } from '../access/actor-finder.ts'
import { Accounts } from '../accounts/accounts.ts'
import { createFactors } from '../accounts/factors.ts'
import { createPasswords } from '../accounts/passwords.ts'
import { AuditLog } from '../audit/audit-log.ts'
import { AuditReader } from '../audit/audit-reader.ts'
import { AuditVerifier } from '../audit/audit-verifier.ts'
import type { ControlPlaneConfig } from '../config.ts'
import type { EnvVars } from '../env/env-vars.ts'
import { SecretReaders } from '../env/secret-readers.ts'
import { createIdentify } from '../http/identify.ts'
import { databaseRateLimitStore } from '../http/rate-limit-stores.ts'
import type { JobLedger } from '../jobs/job-ledger.ts'
import { createMailDelivery } from '../mail/mail-delivery.ts'
import { MailJobs } from '../mail/mailer.ts'
import type { Ground } from '../platform/ground.ts'
import { KeyRotation, ROTATION_JOB } from '../secrets/key-rotation.ts'
import { Grants } from '../teams/grants.ts'
import { Invitations } from '../teams/invitations.ts'
import { Members } from '../teams/members.ts'
import { Teams } from '../teams/teams.ts'
import { ExpiryWarnings } from '../tokens/expiry-warnings.ts'
import { TokenAuthentication } from '../tokens/token-authentication.ts'
import { Tokens } from '../tokens/tokens.ts'
import { EXPORT_JOB, PersonExports } from './person-export.ts'
import { DELETION_JOB, PersonRemoval } from './person-removal.ts'
import { PlatformPeople } from './platform-people.ts'

export interface PeopleSurroundings {
  config: ControlPlaneConfig
  ground: Ground
  jobs: JobLedger
  envVars: EnvVars
  dashboardUrl: string
  log: Logger
}

export function composePeople({ config, ground, jobs, envVars, dashboardUrl, log }: PeopleSurroundings) {
  const { folders, store, keyRing, sessionSecret: secret } = ground
  const counts = databaseRateLimitStore(store)
  const audit = new AuditLog({ store, keyRing })
  const mailDelivery = createMailDelivery({
    smtpUrl: config.smtpUrl,
    from: config.mailFrom,
    logFile: folders.mailLog,
    log,
  })
  const mailer = new MailJobs({ jobs, keyRing, delivery: mailDelivery, dashboardUrl, log })
  const keyRotation = new KeyRotation({ store, keyRing, path: folders.keyFile, jobs, log })

  const passwords = createPasswords({ minLength: config.passwordMinLength, rules: config.passwordRules })
  const accounts = new Accounts({
    store,
    secret,
    baseUrl: dashboardUrl,
    passwords,
    mailer,
    sessionIdleHours: config.sessionIdleHours,
    sessionMaxDays: config.sessionMaxDays,
    counts,
    log,
  })
  const factors = createFactors({
    store,
    keyRing,
    accounts,
    passwords,
    audit,
    mailer,
    counts,
    secret,
    dashboardUrl,
    rule: config.requireSecondFactor,
    log,
  })

  const access = new AccessReader({ store })
  const accessReport = new AccessReport({ store, access })
  const members = new Members({ store, access })
  const personExports = new PersonExports({
    store,
    jobs,
    directory: folders.personExports,
    dashboardUrl,
    log,
  })
  const exportFile = (exportId: string) => personExports.fileOf(exportId)
  const personRemoval = new PersonRemoval({ store, jobs, mailer, exportFile, log })
  const identify = createIdentify({
    secure: dashboardUrl.startsWith('https:'),
    sessions: accounts,
    accessTokens: factors.apiSessions,
    apiTokens: new TokenAuthentication({ store, log }),
    factorRule: factors.rule,
    access,
  })

  return {
    identify,
    actors: new ActorFinder({ store, access, sessions: accounts.sessions }),
    csrfSecret: createHmac('sha256', secret).update('seaworthy csrf').digest(),
    mailDelivery,
    personExports,
    expiryWarnings: new ExpiryWarnings({ store, mailer, dashboardUrl, log }),
    audit,
    accounts,
    factors,
    /** What the routes of people, teams and tokens need besides. */
    parts: {
      audit,
      auditReader: new AuditReader({ store }),
      auditVerifier: new AuditVerifier({ store, keyRing }),
      accounts,
      factors,
      mailer,
      mailTarget: mailDelivery.target,
      keyRotation,
      tokens: new Tokens({ store }),
      teams: new Teams({ store }),
      members,
      invitations: new Invitations({ store, members, accounts, mailer, dashboardUrl }),
      grants: new Grants({ store }),
      accessReport,
      secretReaders: new SecretReaders({ store, envVars, accessReport }),
      people: new PlatformPeople({ store }),
      personExports,
      personRemoval,
    },
    jobHandlers: {
      mail: mailer.handle.bind(mailer),
      [ROTATION_JOB]: keyRotation.handle.bind(keyRotation),
      [EXPORT_JOB]: personExports.handle.bind(personExports),
      [DELETION_JOB]: personRemoval.handle.bind(personRemoval),
    },
  }
}
