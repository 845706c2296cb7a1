import type { Logger } from '@seaworthy/kit'
import { type Actor, actorName } from '../access/actor.ts'
import type { Apps } from '../apps/apps.ts'
import type { EnvVars } from '../env/env-vars.ts'
import type { Events } from '../events/events.ts'
import type { AppLimits } from '../limits/app-limits.ts'
import type { Quotas } from '../quotas/quotas.ts'
import { personOf } from '../quotas/spender.ts'
import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import type { AppTraffic } from '../traffic/app-traffic.ts'
import type { Observations } from '../visits/observations.ts'
import type { AppSettings } from './export-manifest.ts'

export interface AppCopierOptions {
  store: Store
  apps: Apps
  envVars: EnvVars
  appTraffic: AppTraffic
  appLimits: AppLimits
  observations: Observations
  quotas: Pick<Quotas, 'hold'>
  events: Events
  log: Logger
}

/** Values in the clear, on their way from one app to another; never written down like this. */
export type CopiedVariables = Record<string, { secret: boolean; value: string }>

export interface NewCopy {
  slug: string
  teamId: string
  environment?: string
  settings: AppSettings
  variables: CopiedVariables
  actor: Actor
}

/** Reads what an app has been told, and tells it to a new one. */
export class AppCopier {
  readonly #options: AppCopierOptions

  constructor(options: AppCopierOptions) {
    this.#options = options
  }

  async settingsOf(app: AppRow): Promise<AppSettings> {
    const { appTraffic, appLimits, observations } = this.#options
    return {
      name: app.name,
      sleepAfterMinutes: app.sleep_after_minutes,
      scale: JSON.parse(app.scale_json),
      tags: JSON.parse(app.tags_json),
      traffic: (await appTraffic.own(app.id)).settings,
      limits: await appLimits.own(app.id),
      observation: await observations.own(app.id),
    }
  }

  /** The app's own: what its team shares is there for the next one as well. Rejects with `env_secret_unreadable`. */
  async variablesOf(app: AppRow): Promise<CopiedVariables> {
    const { envVars } = this.#options
    const { version } = await envVars.current(app)
    const { env, secrets } = await envVars.resolve(app, { version, shared: null })
    const entries = Object.entries(env).map(([key, value]) => [
      key,
      { value, secret: Object.hasOwn(secrets, key) },
    ])
    return Object.fromEntries(entries)
  }

  /** Makes an app with these settings, or none: whatever is refused is refused as if a person had set it. */
  async create({ slug, teamId, environment, settings, variables, actor }: NewCopy): Promise<AppRow> {
    const { apps, quotas, events } = this.#options
    const madeBy = personOf(actor) ?? null
    const made = await quotas.hold({ team_id: teamId, made_by: madeBy }, ['apps'], async trx => {
      const { id } = await apps.create({ slug, name: settings.name, teamId, madeBy }, trx)
      const { sleepAfterMinutes, scale, tags } = settings
      const columns = {
        sleep_after_minutes: sleepAfterMinutes,
        scale_json: JSON.stringify(scale),
        tags_json: JSON.stringify(tags),
      }
      return apps.update(id, { ...columns, ...(environment !== undefined && { environment }) }, trx)
    })
    await this.orForget(made, () => this.#tell(made, settings, variables, actor))
    await events.append({ appId: made.id, type: 'app:created', data: { slug, actor: actorName(actor) } })
    return made
  }

  /** Runs what completes a new app; where that fails, the app was never there. */
  async orForget<Result>(app: AppRow, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      const { store, log } = this.#options
      await store.db
        .deleteFrom('apps')
        .where('id', '=', app.id)
        .execute()
        .catch(cause => log.error({ app: app.slug, err: cause }, 'could not take back a half-made app'))
      throw error
    }
  }

  async #tell(app: AppRow, settings: AppSettings, variables: CopiedVariables, actor: Actor): Promise<void> {
    const { envVars, appTraffic, appLimits, observations } = this.#options
    const { traffic, limits, observation } = settings
    if (Object.keys(variables).length > 0) await envVars.change(app, { set: variables }, actorName(actor))
    if (Object.keys(traffic).length > 0)
      await appTraffic.change(app, ({ maintenance }) => ({ settings: traffic, maintenance }))
    if (Object.keys(limits).length > 0) await appLimits.replace(app, limits)
    if (Object.keys(observation).length > 0) await observations.update(app.id, observation)
  }
}
