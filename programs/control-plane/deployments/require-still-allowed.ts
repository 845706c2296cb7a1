import { defineErrors } from '@seaworthy/kit'
import type { ActorFinder } from '../access/actor-finder.ts'
import { can, type Decision, decide } from '../access/policy.ts'
import { appResource } from '../http/request-resource.ts'
import { isLocalGitUrl } from '../sources/git-origin.ts'
import type { AppRow } from '../store/schema.ts'
import type { DeployPayload } from './deployment-pipeline.ts'

const errors = defineErrors({
  deployment_author_gone: {
    status: 403,
    message:
      'Whoever asked for this deployment has no account here any more, is suspended, or used a token that works no more. Deploy again as somebody who may.',
  },
  deployment_app_stopped: {
    status: 409,
    message: '{app} is stopped. Start it, then deploy again.',
  },
  deployment_not_allowed: {
    status: 403,
    message: '{who} may not deploy {app} any more: {reason} Deploy again as somebody who may.',
  },
})

/** Asks the policy again when a deployment starts: between the order and the work its author may have lost the right. */
export type RequireStillAllowed = (app: AppRow, payload: Pick<DeployPayload, 'by' | 'git'>) => Promise<void>

export function createRequireStillAllowed(actors: Pick<ActorFinder, 'find'>): RequireStillAllowed {
  return async (app, { by, git }) => {
    if (app.state === 'stopped') throw errors.deployment_app_stopped({ app: app.slug })
    if (by === undefined) return
    const actor = await actors.find(by)
    if (!actor || actor.kind === 'public') throw errors.deployment_author_gone()
    const who = actor.kind === 'local' ? 'The administrator' : actor.name
    const decision = decide(actor, 'app:deploy', appResource(app))
    if (!decision.allowed)
      throw errors.deployment_not_allowed({ who, app: app.slug, reason: reasonOf(decision) })
    if (git && isLocalGitUrl(git.url) && !can(actor, 'source:local'))
      throw errors.deployment_not_allowed({
        who,
        app: app.slug,
        reason: 'its code lies on the machine itself.',
      })
  }
}

/** "Nothing that you may see" is said to the one who asks; here somebody else reads it. */
function reasonOf(decision: Extract<Decision, { allowed: false }>): string {
  return decision.hidden ? 'they have no role on it, or their API token is not for it.' : decision.reason
}
