import type { FindApp } from '../http/app-access.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { eventDocument } from './event-document.ts'
import type { Events } from './events.ts'

export function eventsRoutes({ findApp, events }: { findApp: FindApp; events: Events }): Implementations {
  return {
    'events.app': {
      async page({ params, query }, page) {
        const app = await findApp(params.slug)
        const { items, total } = await events.list({ ...page, appId: app.id, type: query.type })
        return { items: items.map(eventDocument), total }
      },
    },
    'events.list': {
      async page({ query }, page) {
        const { items, total } = await events.list({ ...page, type: query.type })
        return { items: items.map(eventDocument), total }
      },
    },
  }
}
