import type { Domain } from '@seaworthy/api'
import { actorName } from '../access/actor.ts'
import { visibleApps } from '../access/visible-apps.ts'
import { requireAppCan } from '../http/app-access.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import type { AppRow, DomainRow } from '../store/schema.ts'
import type { Certificates } from './certificates.ts'
import type { DomainCheck } from './domain-check.ts'
import type { DomainClaims } from './domain-claims.ts'
import { domainDocument } from './domain-document.ts'
import { httpsOf } from './domain-settings.ts'
import type { Domains } from './domains.ts'

export interface DomainsRoutesOptions {
  claimedDomains: Domains
  domainClaims: DomainClaims
  domainCheck: Pick<DomainCheck, 'wantedRecords'>
  certificates: Pick<Certificates, 'ofDomain' | 'ofDomains'>
}

export function domainsRoutes(options: DomainsRoutesOptions): Implementations {
  const { claimedDomains: domains, domainClaims: claims } = options
  const show = async (app: AppRow, row: DomainRow) => {
    const [document] = await documents(options, app, [row])
    return document!
  }
  return {
    'domains.list': { answer: async ({ app }) => documents(options, app, await domains.list(app.id)) },
    'domains.add': {
      async answer({ app, body, actor, audit }) {
        requireAppCan('update', app)
        const row = await claims.add(app, { ...body, actor: actorName(actor), visible: visibleApps(actor) })
        audit({ after: facts(row) })
        return show(app, row)
      },
    },
    'domains.get': { answer: async ({ app, params }) => show(app, await claims.find(app, params.host)) },
    'domains.update': {
      async answer({ app, params, body, audit }) {
        requireAppCan('update', app)
        const before = await claims.find(app, params.host)
        const row = await claims.change(app, params.host, body)
        audit({ before: facts(before), after: facts(row) })
        return show(app, row)
      },
    },
    'domains.remove': {
      async answer({ app, params, actor, audit }) {
        const document = await show(app, await claims.find(app, params.host))
        const row = await claims.remove(app, params.host, actorName(actor))
        audit({ before: facts(row) })
        return document
      },
    },
    'domains.check': {
      async answer({ app, params, audit }) {
        audit.skip()
        return show(app, await claims.check(app, params.host))
      },
    },
    'domains.renew': {
      async answer({ app, params, body, audit }) {
        const { row } = await claims.renew(app, params.host, { automatic: body.automatic ?? false })
        audit({ after: { host: row.host } })
        return show(app, (await domains.getById(row.id)) ?? row)
      },
    },
    'domains.upload': {
      async answer({ app, params, body, actor, audit }) {
        const { row, certificate } = await claims.upload(app, params.host, {
          ...body,
          actor: actorName(actor),
        })
        const { issuer, not_after: notAfter } = certificate
        audit({ after: { host: row.host, issuer, notAfter } })
        return show(app, row)
      },
    },
  }
}

async function documents(
  { certificates, domainCheck: check, claimedDomains: domains }: DomainsRoutesOptions,
  app: AppRow,
  rows: readonly DomainRow[],
): Promise<Domain[]> {
  const found = new Map(
    (await certificates.ofDomains(rows.map(({ id }) => id))).map(row => [row.domain_id, row]),
  )
  return Promise.all(rows.map(row => domainDocument(row, found.get(row.id), { app, check, domains })))
}

/** For the audit log: never a secret of a DNS driver. */
function facts(row: DomainRow) {
  return {
    host: row.host,
    redirectTo: row.redirect_to,
    challenge: row.challenge,
    https: httpsOf(row),
    dns: row.dns_json === null ? null : 'set',
  }
}
