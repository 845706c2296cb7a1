import { createHmac } from 'node:crypto'
import { baseName, type HostName } from '@seaworthy/certificates'
import type { KeyRing } from '@seaworthy/kit'
import { mayShowApp } from '../access/narrow-apps.ts'
import type { VisibleApps } from '../access/visible-apps.ts'
import type { Events } from '../events/events.ts'
import type { Quotas } from '../quotas/quotas.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { Queryable, Store, Transaction } from '../store/database.ts'
import { newId } from '../store/ids.ts'
import type { AppRow, DomainRow } from '../store/schema.ts'
import { judgeClaim, type ReservedHosts, whyReserved } from './claim-rules.ts'
import {
  type DnsSettings,
  type DomainHttps,
  type DomainProblem,
  type DomainStep,
  domainBindings,
  httpsOf,
  type PendingOrder,
  sealedDnsOf,
} from './domain-settings.ts'
import { domainErrors } from './errors.ts'

export interface DomainsOptions {
  store: Store
  keyRing: KeyRing
  quotas: Pick<Quotas, 'hold'>
  events: Pick<Events, 'append'>
  reserved: ReservedHosts
  /** Makes the proof of a claim; the same for the life of the platform. */
  secret: string
  clock?: Pick<Clock, 'now'>
}

export interface NewDomain {
  app: AppRow
  host: HostName
  redirectTo?: string | undefined
  challenge: DomainRow['challenge']
  https: DomainHttps
  /** With the secret in the clear; it is sealed here. */
  dns?: DnsSettings | undefined
  /** The TXT record of the claim was seen. */
  isProved: boolean
  /** Whether a certificate is to be got. */
  wantsCertificate: boolean
  /** Apps that whoever claims may hear of; all when missing. */
  visible?: VisibleApps | undefined
}

/** What may be changed of a domain by its owner. */
export interface DomainChange {
  redirectTo?: string | null | undefined
  https?: Partial<DomainHttps> | undefined
  challenge?: DomainRow['challenge'] | undefined
  dns?: DnsSettings | null | undefined
}

/** How long a claim holds that nobody has proved, or that stopped leading here. */
export const CLAIM_MS = 7 * 86_400_000

/** The `domains` table: which app has which host. */
export class Domains {
  readonly #options: DomainsOptions
  readonly #clock: Pick<Clock, 'now'>

  constructor(options: DomainsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  /**
   * Gives a host to an app. Rejects with `domain_reserved`, `domain_claimed_here`, `domain_in_team`,
   * `domain_taken`, `domain_redirect_invalid` or `quota_exceeded`.
   */
  async claim(wanted: NewDomain): Promise<DomainRow> {
    const { app, host } = wanted
    this.requireClaimable(host)
    return this.#options.quotas.hold(app, ['domains'], async trx => {
      // Claims that could overlap wait for each other: all of a registrable name.
      await this.#options.store.lock(trx, `domain:${host.registrable}`)
      await this.#makeRoom(wanted, trx)
      await this.#requireRedirect(app, host.ascii, wanted.redirectTo, trx)
      const row = this.#newRow(wanted)
      await trx.insertInto('domains').values(row).execute()
      return row
    })
  }

  /** Rejects with `domain_reserved`. */
  requireClaimable(host: HostName): void {
    const why = whyReserved(host.ascii, this.#options.reserved)
    if (why !== undefined) throw domainErrors.domain_reserved({ host: host.display, why })
  }

  /** The TXT record with which a team proves that a name is theirs. */
  claimRecord(teamId: string, host: string): { name: string; value: string } {
    const name = baseName(host)
    const proof = createHmac('sha256', this.#options.secret)
      .update(`domain claim\n${teamId}\n${name}`)
      .digest('base64url')
    return { name: `_seaworthy.${name}`, value: `seaworthy-claim=${proof}` }
  }

  /** Rejects with `domain_not_found`. */
  async get(app: Pick<AppRow, 'id' | 'slug'>, host: string): Promise<DomainRow> {
    const row = await this.#of(app.id).where('host', '=', host).executeTakeFirst()
    if (!row) throw domainErrors.domain_not_found({ app: app.slug, host })
    return row
  }

  getById(id: string): Promise<DomainRow | undefined> {
    return this.#options.store.db.selectFrom('domains').selectAll().where('id', '=', id).executeTakeFirst()
  }

  list(appId: string): Promise<DomainRow[]> {
    return this.#of(appId).orderBy('host').execute()
  }

  /** Those of apps that are not in the trash. */
  listServed(): Promise<DomainRow[]> {
    return this.#options.store.db
      .selectFrom('domains')
      .innerJoin('apps', 'apps.id', 'domains.app_id')
      .where('apps.deleted_at', 'is', null)
      .selectAll('domains')
      .orderBy('domains.id')
      .execute()
  }

  /** Of an app that is not in the trash. */
  findServed(host: string): Promise<DomainRow | undefined> {
    return this.#options.store.db
      .selectFrom('domains')
      .innerJoin('apps', 'apps.id', 'domains.app_id')
      .where('apps.deleted_at', 'is', null)
      .where('domains.host', '=', host)
      .selectAll('domains')
      .executeTakeFirst()
  }

  /** Rejects with `domain_redirect_invalid`. */
  async change(app: AppRow, row: DomainRow, change: DomainChange): Promise<DomainRow> {
    return this.#options.store.transaction(async trx => {
      await this.#requireRedirect(app, row.host, change.redirectTo ?? undefined, trx)
      const fields: Partial<DomainRow> = {
        ...(change.redirectTo !== undefined && { redirect_to: change.redirectTo }),
        ...(change.https && { https_json: JSON.stringify({ ...httpsOf(row), ...change.https }) }),
        ...(change.challenge !== undefined && { challenge: change.challenge }),
        ...(change.dns !== undefined && { dns_json: change.dns && this.#sealDns(row.id, change.dns) }),
      }
      return this.#write(row.id, fields, trx)
    })
  }

  /** Rejects with `domain_redirected_to` while others lead to it. */
  async remove(row: DomainRow): Promise<void> {
    await this.#options.store.transaction(async trx => {
      const others = await trx
        .selectFrom('domains')
        .select('host')
        .where('app_id', '=', row.app_id)
        .where('redirect_to', '=', row.host)
        .execute()
      if (others.length > 0)
        throw domainErrors.domain_redirected_to({
          host: row.host,
          others: others.map(({ host }) => host).join(', '),
        })
      await trx.deleteFrom('domains').where('id', '=', row.id).execute()
    })
  }

  /** Undefined where none is set. */
  dnsOf(row: DomainRow): DnsSettings | undefined {
    const sealed = sealedDnsOf(row)
    if (!sealed) return undefined
    return { ...sealed, secret: this.#options.keyRing.open(sealed.secret, domainBindings.dnsSecret(row.id)) }
  }

  writeSteps(id: string, steps: readonly DomainStep[]): Promise<DomainRow> {
    return this.#write(id, { steps_json: JSON.stringify(steps) })
  }

  /** @param isHere whether requests for the host were seen to arrive here */
  async checked(id: string, { isHere }: { isHere: boolean }): Promise<void> {
    const now = this.#clock.now()
    const proved = isHere ? { proved_at: now, held_until: now + CLAIM_MS } : {}
    await this.#write(id, { checked_at: now, ...proved })
  }

  /** The key of an order is sealed by the caller, with `domainBindings.orderKey`. */
  async writeOrder(id: string, order: PendingOrder | null): Promise<void> {
    await this.#write(id, { order_json: order && JSON.stringify(order) })
  }

  async succeeded(id: string, trx: Queryable): Promise<void> {
    const now = this.#clock.now()
    const fields = { failures: 0, retry_at: null, problem_json: null, order_json: null }
    // Who got a certificate has proved the name to somebody stricter than us.
    await this.#write(id, { ...fields, proved_at: now, held_until: now + CLAIM_MS }, trx)
  }

  /** Nothing is to be got any more: the owner brought a certificate. */
  async ownCertificate(id: string, trx: Queryable): Promise<void> {
    await this.#write(id, { failures: 0, retry_at: null, problem_json: null, order_json: null }, trx)
  }

  async failed(
    id: string,
    problem: DomainProblem,
    { failures, retryAt }: { failures: number; retryAt: number },
  ): Promise<void> {
    await this.#write(id, { problem_json: JSON.stringify(problem), failures, retry_at: retryAt })
  }

  /** Whose next attempt is due, oldest first. */
  due(now: number, limit: number): Promise<DomainRow[]> {
    return this.#options.store.db
      .selectFrom('domains')
      .innerJoin('apps', 'apps.id', 'domains.app_id')
      .where('apps.deleted_at', 'is', null)
      .where('domains.retry_at', '<=', now)
      .selectAll('domains')
      .orderBy('domains.retry_at')
      .limit(limit)
      .execute()
  }

  /** @param at null: nobody waits for a certificate */
  async retryAt(id: string, at: number | null): Promise<void> {
    await this.#write(id, { retry_at: at })
  }

  async #makeRoom({ app, host, isProved, visible = 'all' }: NewDomain, trx: Transaction): Promise<void> {
    const now = this.#clock.now()
    const standing = await trx
      .selectFrom('domains')
      .innerJoin('apps', 'apps.id', 'domains.app_id')
      .where(eb =>
        eb.or([
          eb('domains.host', '=', host.registrable),
          eb('domains.host', 'like', `%.${host.registrable}`),
        ]),
      )
      .select([
        'domains.id',
        'domains.host',
        'domains.app_id',
        'domains.held_until',
        'apps.slug',
        'apps.team_id',
        'apps.deleted_at',
        mayShowApp(visible, 'apps.id').as('is_shown'),
      ])
      .execute()
    for (const claim of standing) {
      if (claim.app_id === app.id && claim.host === host.ascii)
        throw domainErrors.domain_claimed_here({ app: app.slug, host: host.display })
      const facts = {
        host: claim.host,
        teamId: claim.team_id,
        heldUntil: claim.held_until,
        isGone: claim.deleted_at !== null,
      }
      const verdict = judgeClaim(facts, { host: host.ascii, teamId: app.team_id, isProved }, now)
      if (verdict === 'blocks') throw this.#taken(app, host, claim)
      if (verdict === 'replace') await this.#takeFrom(claim, trx)
    }
  }

  async #takeFrom(
    { id, app_id, host }: Pick<DomainRow, 'id' | 'app_id' | 'host'>,
    trx: Transaction,
  ): Promise<void> {
    await trx.deleteFrom('domains').where('id', '=', id).execute()
    await this.#options.events.append({ appId: app_id, type: 'domain:lost', data: { host } }, trx)
  }

  /** Whose it is, is told within the team alone, and there not of apps that one may not see. */
  #taken(app: AppRow, host: HostName, claim: StandingClaim): Error {
    const { held_until: heldUntil, team_id, slug, is_shown } = claim
    const other = is_shown ? `app ${slug}` : 'another app'
    if (team_id === app.team_id) return domainErrors.domain_in_team({ host: host.display, app: other })
    const { name, value } = this.claimRecord(app.team_id, host.ascii)
    const until = new Date(heldUntil).toISOString()
    return domainErrors.domain_taken({ host: host.display, until, record: name, value })
  }

  /** One step only: a redirect to a redirect, or to what it is not, would send people round in circles. */
  async #requireRedirect(
    app: AppRow,
    host: string,
    target: string | undefined,
    trx: Queryable,
  ): Promise<void> {
    if (target === undefined) return
    const refuse = (problem: string) => domainErrors.domain_redirect_invalid({ host, target, problem })
    if (target === host) throw refuse('that is the same')
    if (target.startsWith('*.')) throw refuse('a redirect leads to one name')
    const found = await trx
      .selectFrom('domains')
      .select(['redirect_to'])
      .where('app_id', '=', app.id)
      .where('host', '=', target)
      .executeTakeFirst()
    if (!found) throw refuse(`it is no domain of app ${app.slug}. Add it first`)
    if (found.redirect_to !== null) throw refuse(`it is sent on to ${found.redirect_to} itself`)
    const incoming = await trx
      .selectFrom('domains')
      .select('id')
      .where('redirect_to', '=', host)
      .where('app_id', '=', app.id)
      .executeTakeFirst()
    if (incoming) throw refuse('other domains are sent to it')
  }

  #newRow({
    app,
    host,
    redirectTo,
    challenge,
    https,
    dns,
    isProved,
    wantsCertificate,
  }: NewDomain): DomainRow {
    const [id, now] = [newId('dom'), this.#clock.now()]
    return {
      id,
      app_id: app.id,
      host: host.ascii,
      redirect_to: redirectTo ?? null,
      https_json: JSON.stringify(https),
      challenge,
      dns_json: dns ? this.#sealDns(id, dns) : null,
      held_until: now + CLAIM_MS,
      proved_at: isProved ? now : null,
      checked_at: null,
      steps_json: '[]',
      failures: 0,
      retry_at: wantsCertificate ? now : null,
      problem_json: null,
      order_json: null,
      created_at: now,
      updated_at: now,
    }
  }

  #sealDns(id: string, dns: DnsSettings): string {
    return JSON.stringify({
      ...dns,
      secret: this.#options.keyRing.seal(dns.secret, domainBindings.dnsSecret(id)),
    })
  }

  async #write(
    id: string,
    fields: Partial<DomainRow>,
    trx: Queryable = this.#options.store.db,
  ): Promise<DomainRow> {
    const row = await trx
      .updateTable('domains')
      .set({ ...fields, updated_at: this.#clock.now() })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst()
    if (!row) throw new DomainGone(id)
    return row
  }

  #of(appId: string) {
    return this.#options.store.db.selectFrom('domains').selectAll().where('app_id', '=', appId)
  }
}

interface StandingClaim extends Pick<DomainRow, 'held_until'>, Pick<AppRow, 'team_id' | 'slug'> {
  /** 0 or 1 in SQLite. */
  is_shown: unknown
}

/** The domain was removed while something was done for it: there is nothing left to do. */
export class DomainGone extends Error {
  constructor(id: string) {
    super(`Domain ${id} is gone.`)
    this.name = 'DomainGone'
  }
}
