import type { TrashedVolume } from '@seaworthy/api'
import { actorName } from '../access/actor.ts'
import type { Events } from '../events/events.ts'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { isoTime } from '../http/times.ts'
import type { TrashedVolumeRow } from '../store/schema.ts'
import type { VolumeRemoval } from './volume-removal.ts'
import type { VolumeTrash } from './volume-trash.ts'
import type { Volumes } from './volumes.ts'

export interface VolumesRoutesOptions {
  volumes: Pick<Volumes, 'list'>
  volumeRemoval: Pick<VolumeRemoval, 'remove'>
  volumeTrash: Pick<VolumeTrash, 'list' | 'restore' | 'empty'>
  events: Pick<Events, 'append'>
}

export function volumesRoutes(options: VolumesRoutesOptions): Implementations {
  const { volumes, volumeRemoval, volumeTrash, events } = options
  return {
    'volumes.list': { answer: ({ app }) => volumes.list(app) },
    'volumes.remove': {
      async answer({ app, params, actor, audit }) {
        audit({ before: { volume: params.volume } })
        return document(await volumeRemoval.remove(app, { name: params.volume, actor: actorName(actor) }))
      },
    },
    'volumes.trash': { answer: async ({ app }) => (await volumeTrash.list(app.id)).map(document) },
    'volumes.restore': {
      async answer({ app, params, actor, audit }) {
        const row = await volumeTrash.restore(app, params.id)
        audit({ after: { volume: row.name } })
        const data = { volume: row.name, actor: actorName(actor) }
        await events.append({ appId: app.id, type: 'volume:restored', data })
        return document(row)
      },
    },
    'volumes.empty': {
      async answer({ app, params, audit }) {
        const row = await volumeTrash.empty(app, params.id)
        audit({ before: { volume: row.name, bytes: Number(row.size_bytes) } })
        return null
      },
    },
  }
}

function document({ id, name, cause, size_bytes, deleted_at, purge_at }: TrashedVolumeRow): TrashedVolume {
  return {
    ...{ id, name, cause },
    sizeBytes: Number(size_bytes),
    deletedAt: isoTime(Number(deleted_at)),
    purgeAt: isoTime(Number(purge_at)),
  }
}
