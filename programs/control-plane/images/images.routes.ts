import type { Implementations } from '../http/endpoint-implementation.ts'
import { isoTime } from '../http/times.ts'
import type { Registries, StoredRegistry } from './registries.ts'

export interface ImagesRoutesOptions {
  registries: Registries
}

export function imagesRoutes({ registries }: ImagesRoutesOptions): Implementations {
  return {
    'registries.list': {
      answer: async ({ team }) => (await registries.list(team!.id)).map(registryDocument),
    },
    'registries.set': {
      async answer({ team, params, body, audit }) {
        audit({ after: { registry: params.host, username: body.username } })
        return registryDocument(await registries.set(team!.id, params.host, body))
      },
    },
    'registries.remove': {
      async answer({ team, params, audit }) {
        audit({ before: { registry: params.host } })
        await registries.remove(team!.id, params.host)
        return null
      },
    },
  }
}

function registryDocument({ host, username, updatedAt }: StoredRegistry) {
  return { host, username, updatedAt: isoTime(updatedAt) }
}
