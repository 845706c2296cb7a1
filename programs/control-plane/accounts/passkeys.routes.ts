import type * as api from '@seaworthy/api'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { isoTime } from '../http/times.ts'
import type { AccountsRoutesOptions } from './accounts.routes.ts'
import type { Passkey } from './passkeys.ts'
import { requirePerson } from './require-person.ts'

export function passkeysRoutes({ factors: { passkeys } }: AccountsRoutesOptions): Implementations {
  return {
    'passkeys.list': {
      answer: async ({ actor }) => (await passkeys.list(requirePerson(actor).userId)).map(document),
    },
    'passkeys.begin': {
      async answer({ actor, audit }) {
        audit.skip()
        const { ceremony, options } = await passkeys.beginRegistration(requirePerson(actor))
        return { ceremony, options: { ...options } }
      },
    },
    'passkeys.add': {
      async answer({ actor, body, audit }) {
        const { userId } = requirePerson(actor)
        const { ceremony, name, response } = body
        const passkey = await passkeys.finishRegistration({
          ...{ userId, ceremony, name },
          response: response as never,
        })
        audit({ target: targetOf(passkey) })
        return document(passkey)
      },
    },
    'passkeys.remove': {
      async answer({ actor, params, audit }) {
        const passkey = await passkeys.remove(requirePerson(actor).userId, params.id)
        audit({ target: targetOf(passkey), after: { removed: true } })
        return document(passkey)
      },
    },
  }
}

function document({ createdAt, ...passkey }: Passkey): api.Passkey {
  return { ...passkey, createdAt: isoTime(createdAt) }
}

function targetOf({ id, name }: Passkey) {
  return { kind: 'passkey', id, name }
}
