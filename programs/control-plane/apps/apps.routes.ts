import { type Actor, actorName } from '../access/actor.ts'
import { can } from '../access/policy.ts'
import { visibleApps } from '../access/visible-apps.ts'
import { refuseEnvironment } from '../env/shared-env.ts'
import { requireAppCan } from '../http/app-access.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { httpErrors } from '../http/errors.ts'
import type { AppPower, AppRemoval } from '../http/ports.ts'
import { appResource } from '../http/request-resource.ts'
import type { Quotas } from '../quotas/quotas.ts'
import { personOf } from '../quotas/spender.ts'
import type { RefusedRoute } from '../routing/sound-routes.ts'
import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { appDocuments, trashedAppDocuments } from './app-document.ts'
import type { Apps } from './apps.ts'
import { appErrors } from './errors.ts'
import { teamOfNewApp } from './team-of-new-app.ts'

export interface AppsRoutesOptions {
  store: Store
  apps: Apps
  removal: AppRemoval
  power: AppPower
  quotas: Pick<Quotas, 'hold'>
  /** Where an app answers: `http://shop.localhost:8080/`. */
  appUrl: (slug: string) => string
  /** What of an app the edge could not use; nothing when missing. */
  refusedRoutes?: (appId: string) => readonly RefusedRoute[]
}

export function appsRoutes(options: AppsRoutesOptions): Implementations {
  const { store, apps, removal, quotas, appUrl, refusedRoutes } = options
  const show = async (row: AppRow, { actor }: { actor: Actor }) =>
    (await appDocuments(store.db, [row], { actor, appUrl, refusedRoutes }))[0]!
  return {
    'apps.list': {
      async page({ query, actor }, page) {
        const visible = visibleApps(actor)
        const { items, total } = await apps.list({ ...query, ...page, order: query.order, visible })
        return { items: await appDocuments(store.db, items, { actor, appUrl, refusedRoutes }), total }
      },
    },
    'apps.create': {
      async answer({ body: { team, ...app }, actor, authorize, audit }) {
        const teamId = await teamOfNewApp(store, actor, team)
        authorize({ kind: 'team', teamId }, () => httpErrors.team_not_found({ team: team ?? 'default' }))
        const madeBy = personOf(actor) ?? null
        const created = await quotas.hold({ team_id: teamId, made_by: madeBy }, ['apps'], trx =>
          apps.create({ ...app, teamId, madeBy }, trx),
        )
        audit({ ...appOf(created), after: settingsFacts(created) })
        return show(created, { actor })
      },
    },
    'apps.get': { answer: call => show(call.app, call) },
    'apps.update': {
      async answer({ app, body, actor, audit }) {
        requireAppCan('update', app)
        requireEnvironment(actor, app, body.environment)
        const updated = await apps.update(app.id, settingsOf(body))
        audit({ before: settingsFacts(app), after: settingsFacts(updated) })
        return show(updated, { actor })
      },
    },
    'apps.stop': {
      async answer({ app, actor, audit }) {
        requireAppCan('stop', app)
        audit({ before: { state: app.state }, after: { state: 'stopped' } })
        return show(await options.power.stop({ app, actor: actorName(actor) }), { actor })
      },
    },
    'apps.start': {
      async answer({ app, actor, audit }) {
        requireAppCan('start', app)
        audit({ before: { state: app.state }, after: { state: 'active' } })
        return show(await options.power.start({ app, actor }), { actor })
      },
    },
    'apps.delete': { answer: call => moveToTrash(options, call) },
    'trash.list': {
      async page({ actor }, page) {
        const { items, total } = await apps.listTrash({ ...page, visible: visibleApps(actor) })
        return { items: await trashedAppDocuments(store.db, items, actor), total }
      },
    },
    'trash.restore': {
      async answer({ params, actor, authorize, audit }) {
        const notFound = () => appErrors.app_not_found({ app: params.id })
        const app = await apps.getById(params.id)
        if (!app) throw notFound()
        authorize(appResource(app), notFound)
        audit(appOf(app))
        return show(await removal.restore({ appId: app.id, actor: actorName(actor) }), { actor })
      },
    },
    'trash.empty': {
      async answer({ params, actor, authorize, audit }) {
        const notFound = () => appErrors.app_not_found({ app: params.id })
        const app = await apps.getById(params.id)
        if (!app) throw notFound()
        authorize(appResource(app), notFound)
        audit(appOf(app))
        await removal.empty({ appId: app.id, actor: actorName(actor) })
        return null
      },
    },
  }
}

/** For the audit entry of an app that the path does not name. */
function appOf({ id, slug, team_id }: AppRow) {
  return { target: { kind: 'app', id, name: slug }, appId: id, teamId: team_id }
}

/** For the audit log. */
function settingsFacts({ name, environment, sleep_after_minutes, tags_json }: AppRow) {
  return { name, environment, sleepAfterMinutes: sleep_after_minutes, tags: JSON.parse(tags_json) }
}

/** Another environment brings other shared secrets: a role on this app alone is not enough for that. */
function requireEnvironment(actor: Actor, app: AppRow, environment: string | undefined): void {
  if (environment === undefined || environment === app.environment) return
  refuseEnvironment(environment)
  if (can(actor, 'shared-env:write', { kind: 'team', teamId: app.team_id })) return
  throw httpErrors.not_allowed({ reason: 'only developers of its team move an app to another environment.' })
}

function settingsOf({
  name,
  environment,
  sleepAfterMinutes,
  tags,
}: Call<'apps.update'>['body']): Partial<AppRow> {
  return {
    ...(environment !== undefined && { environment }),
    ...(name !== undefined && { name }),
    ...(tags !== undefined && { tags_json: JSON.stringify(tags.toSorted()) }),
    ...(sleepAfterMinutes !== undefined && { sleep_after_minutes: sleepAfterMinutes }),
  }
}

async function moveToTrash(
  { store, apps, removal }: AppsRoutesOptions,
  { app, body, actor }: Call<'apps.delete'>,
) {
  if (body.confirm !== app.slug) throw httpErrors.confirm_mismatch({ slug: app.slug })
  requireAppCan('delete', app)
  await removal.remove({ app, actor: actorName(actor) })
  return (await trashedAppDocuments(store.db, [(await apps.getById(app.id))!], actor))[0]!
}
