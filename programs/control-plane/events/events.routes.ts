import { visibleApps } from '../access/visible-apps.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { eventDocument } from './event-document.ts'
import type { Events } from './events.ts'

export function eventsRoutes({ events }: { events: Events }): Implementations {
  return {
    'events.app': {
      async page({ app, query }, page) {
        const { items, total } = await events.list({ ...page, appId: app.id, type: query.type })
        return { items: items.map(eventDocument), total }
      },
    },
    'events.list': {
      async page({ query, actor }, page) {
        const visible = visibleApps(actor)
        const { items, total } = await events.list({ ...page, type: query.type, visible })
        return { items: items.map(eventDocument), total }
      },
    },
  }
}
