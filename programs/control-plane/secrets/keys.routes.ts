import type { Keys } from '@seaworthy/api'
import type { Implementations } from '../http/endpoint-implementation.ts'
import { jobDocument } from '../jobs/job-document.ts'
import type { KeyRotation } from './key-rotation.ts'

export interface KeysRoutesOptions {
  keyRotation: KeyRotation
}

export function keysRoutes({ keyRotation }: KeysRoutesOptions): Implementations {
  return {
    'keys.list': {
      async answer(): Promise<Keys> {
        const last = await keyRotation.last()
        return { keys: await keyRotation.keys(), lastRotation: last ? jobDocument(last) : null }
      },
    },
    'keys.rotate': {
      async answer({ audit }) {
        const job = await keyRotation.request()
        audit({ target: { kind: 'job', id: job.id, name: job.kind } })
        return jobDocument(job)
      },
    },
  }
}
