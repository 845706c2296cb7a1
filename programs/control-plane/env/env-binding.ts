/** What the value of a secret variable is bound to: it opens nowhere but under its own name, in its own document. */
import type { SealBinding } from '@seaworthy/kit'
import type { SharedEnvOwner } from './shared-env-owner.ts'

const PURPOSE = 'env'

export function appEnvBinding(appId: string, key: string): SealBinding {
  return { purpose: PURPOSE, context: `app:${appId}/env:${key}` }
}

export function sharedEnvBinding({ teamId, environment }: SharedEnvOwner, key: string): SealBinding {
  return { purpose: PURPOSE, context: `team:${teamId}/environment:${environment}/env:${key}` }
}
