import type { Traffic } from '@seaworthy/api'
import {
  type AccessSettings,
  type MaintenanceSettings,
  type TrafficSettings,
  trafficOf,
} from '@seaworthy/routes/settings'
import { type DomainFacts, type DomainSource, NO_DOMAINS } from '../domains/domain-routes.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'
import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import type { AppTraffic, OwnTraffic } from './app-traffic.ts'
import { withoutPasswords } from './basic-auth-passwords.ts'
import { changedSettings, type EffectiveSetting, effectiveSettings } from './effective-traffic.ts'
import { trafficNotes } from './traffic-notes.ts'

export interface TrafficViewOptions {
  store: Store
  appTraffic: AppTraffic
  domainSource?: DomainSource
}

/** An app's traffic settings as the API shows them. */
export class TrafficView {
  readonly #options: TrafficViewOptions

  constructor(options: TrafficViewOptions) {
    this.#options = options
  }

  /** @param before to tell what `own` changes */
  async show(
    app: AppRow,
    { own, before, preview }: { own: OwnTraffic; before?: OwnTraffic; preview?: boolean },
  ): Promise<Traffic> {
    const release = await this.releaseOf(app)
    const settings = effectiveSettings({ own: own.settings, release: release ? trafficOf(release) : {} })
    const earlier =
      before && effectiveSettings({ own: before.settings, release: release ? trafficOf(release) : {} })
    return {
      version: own.version,
      settings: settings.map(({ key, value, from }) => ({ key, value: shown(key, value), from })),
      maintenance: own.maintenance && shownMaintenance(own.maintenance),
      notes: await this.#notes(app, settings, release),
      ...(earlier ? { changes: changedSettings(earlier, settings).map(shownChange) } : {}),
      ...(preview ? { preview } : {}),
    }
  }

  async releaseOf({ current_release_id: id }: AppRow): Promise<ReleaseSettings | undefined> {
    if (id === null) return undefined
    const { db } = this.#options.store
    const row = await db
      .selectFrom('releases')
      .select('settings_json')
      .where('id', '=', id)
      .executeTakeFirst()
    return row && JSON.parse(row.settings_json)
  }

  async domainsOf({ id }: AppRow): Promise<readonly DomainFacts[]> {
    const { byApp } = await (this.#options.domainSource ?? NO_DOMAINS).tableParts()
    return byApp.get(id) ?? []
  }

  async #notes(
    app: AppRow,
    settings: readonly EffectiveSetting[],
    release: ReleaseSettings | undefined,
  ): Promise<string[]> {
    const effective = Object.fromEntries(settings.map(({ key, value }) => [key, value])) as TrafficSettings
    const instances = await this.#healthyInstances(app)
    return trafficNotes({
      slug: app.slug,
      effective,
      processes: release && Object.keys(release.processes),
      withPort: instances.filter(({ port }) => port !== null).map(({ process }) => process),
      withoutPort: instances.filter(({ port }) => port === null).map(({ process }) => process),
      teamApps: effective.routes || effective.calls ? await this.#teamApps(app) : [],
      hasCertificate: (await this.domainsOf(app)).some(({ https }) => https !== undefined),
    })
  }

  #healthyInstances({ id }: AppRow) {
    const { db } = this.#options.store
    const own = db.selectFrom('instances').select(['process', 'port']).where('app_id', '=', id)
    return own.where('state', '=', 'healthy').limit(1000).execute()
  }

  async #teamApps(app: AppRow): Promise<string[]> {
    const rows = await this.#options.store.db
      .selectFrom('apps')
      .select('slug')
      .where('team_id', '=', app.team_id)
      .where('id', '!=', app.id)
      .where('deleted_at', 'is', null)
      .where('current_release_id', 'is not', null)
      .execute()
    return rows.map(({ slug }) => slug)
  }
}

/** For the audit log: settings without what opens doors. */
export function auditFacts({ settings, maintenance }: OwnTraffic): Record<string, unknown> {
  const { access } = settings
  return { ...settings, ...(access ? { access: withoutPasswords(access) } : {}), maintenance }
}

function shown(key: string, value: unknown): unknown {
  if (value === undefined) return null
  return key === 'access' ? withoutPasswords(value as AccessSettings) : value
}

function shownChange({ key, before, after }: { key: string; before: unknown; after: unknown }) {
  return { key, before: shown(key, before), after: shown(key, after) }
}

function shownMaintenance({ holdSeconds, message, allow = [] }: MaintenanceSettings) {
  return { holdSeconds, message: message ?? null, allow }
}
