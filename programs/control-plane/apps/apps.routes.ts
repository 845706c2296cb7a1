import { type FindApp, requireAppCan } from '../http/app-access.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { httpErrors } from '../http/errors.ts'
import { actorName } from '../http/policy.ts'
import type { AppRemoval } from '../http/ports.ts'
import type { Store } from '../store/database.ts'
import type { AppRow } from '../store/schema.ts'
import { appDocuments, trashedAppDocument } from './app-document.ts'
import type { Apps } from './apps.ts'

export interface AppsRoutesOptions {
  store: Store
  apps: Apps
  findApp: FindApp
  removal: AppRemoval
  /** Where an app answers: `http://shop.localhost:8080/`. */
  appUrl: (slug: string) => string
}

export function appsRoutes(options: AppsRoutesOptions): Implementations {
  const { store, apps, findApp, removal, appUrl } = options
  const show = async (row: AppRow) => (await appDocuments(store.db, [row], appUrl))[0]!
  return {
    'apps.list': {
      async page({ query }, page) {
        const { items, total } = await apps.list({ ...query, ...page, order: query.order })
        return { items: await appDocuments(store.db, items, appUrl), total }
      },
    },
    'apps.create': { answer: async ({ body }) => show(await apps.create(body)) },
    'apps.get': { answer: async ({ params }) => show(await findApp(params.slug)) },
    'apps.update': {
      async answer({ params, body }) {
        const app = await findApp(params.slug)
        requireAppCan('update', app)
        return show(await apps.update(app.id, settingsOf(body)))
      },
    },
    'apps.delete': { answer: call => moveToTrash(options, call) },
    'trash.list': {
      async page(_, page) {
        const { items, total } = await apps.listTrash(page)
        return { items: items.map(trashedAppDocument), total }
      },
    },
    'trash.restore': {
      answer: async ({ params, actor }) =>
        show(await removal.restore({ appId: params.id, actor: actorName(actor) })),
    },
  }
}

function settingsOf({ name, sleepAfterMinutes }: Call<'apps.update'>['body']): Partial<AppRow> {
  return {
    ...(name !== undefined && { name }),
    ...(sleepAfterMinutes !== undefined && { sleep_after_minutes: sleepAfterMinutes }),
  }
}

async function moveToTrash(
  { apps, findApp, removal }: AppsRoutesOptions,
  { params, body, actor }: Call<'apps.delete'>,
) {
  const app = await findApp(params.slug)
  if (body.confirm !== app.slug) throw httpErrors.confirm_mismatch({ slug: app.slug })
  requireAppCan('delete', app)
  await removal.remove({ app, actor: actorName(actor) })
  return trashedAppDocument((await apps.getById(app.id))!)
}
