import { authorOf } from '../access/actor-finder.ts'
import { requireAppCan } from '../http/app-access.ts'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import type { Store } from '../store/database.ts'
import type { Canaries } from './canaries.ts'
import { deploymentDocument } from './deployment-document.ts'

export interface CanaryRoutesOptions {
  store: Store
  canaries: Canaries
}

export function canaryRoutes({ store, canaries }: CanaryRoutesOptions): Implementations {
  const end = async (
    { app, actor, audit }: Call<'canary.promote' | 'canary.abort'>,
    action: 'promote' | 'abort',
  ) => {
    requireAppCan('deploy', app)
    const deployment = await canaries.end(app, action, authorOf(actor))
    audit({ after: { deployment: deployment.number, canary: action } })
    return deploymentDocument(store.db, deployment)
  }
  return {
    'canary.promote': { answer: call => end(call, 'promote') },
    'canary.abort': { answer: call => end(call, 'abort') },
  }
}
