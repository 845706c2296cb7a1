import type { Actor } from '../access/actor.ts'
import { authorOf } from '../access/actor-finder.ts'
import type { Deployments } from '../http/ports.ts'
import type { Quotas } from '../quotas/quotas.ts'
import { personOf } from '../quotas/spender.ts'
import type { AppRow, DeploymentRow } from '../store/schema.ts'

export interface CountedRedeployOptions {
  deployments: Pick<Deployments, 'redeploy'>
  quotas: Pick<Quotas, 'spend' | 'requireDay'>
}

interface Redeploy {
  app: AppRow
  actor: Actor
  reason: 'env' | 'settings' | 'restart'
}

/** Runs an app anew, as one deployment of its day. Undefined while the app has no release, or is stopped: its start sees to it. */
export async function redeployCounted(
  { deployments, quotas }: CountedRedeployOptions,
  { app, actor, reason }: Redeploy,
): Promise<DeploymentRow | undefined> {
  if (!runsAnew(app)) return undefined
  return quotas.spend({ app, userId: personOf(actor) }, ['deploymentsPerDay'], () =>
    deployments.redeploy({ app, reason, ...authorOf(actor) }),
  )
}

/** Before a change that a deployment is to follow, so that none is made which could not run. */
export async function requireDeployment(
  { quotas }: Pick<CountedRedeployOptions, 'quotas'>,
  { app, actor }: Pick<Redeploy, 'app' | 'actor'>,
): Promise<void> {
  if (!runsAnew(app)) return
  await quotas.requireDay({ app, userId: personOf(actor) }, 'deploymentsPerDay')
}

function runsAnew({ current_release_id, state }: AppRow): boolean {
  return current_release_id !== null && state !== 'stopped'
}
