/** Everything that an actor may do with one thing, for documents and for the X-ray: asked of the policy itself. Pure. */
import { type Action, type Permissions, whyAppCannot } from '@seaworthy/api'
import type { AppRow } from '../store/schema.ts'
import type { Actor } from './actor.ts'
import { decide, NOTHING, type Resource } from './policy.ts'
import { policyRules, type Rule } from './policy-rules.ts'

export type { Permissions } from '@seaworthy/api'

const ACTIONS = Object.keys(policyRules) as Action[]

/** What the state of an app allows besides, under the names of `app-can.ts`. */
const IN_STATE = {
  'app:deploy': 'deploy',
  'app:restart': 'restart',
  'app:stop': 'stop',
  'app:start': 'start',
  'app:run': 'run',
  'app:scale': 'scale',
  'app:update': 'update',
  'app:delete': 'delete',
  'env:write': 'changeEnv',
} as const

/** Each action that is about such a thing: true, or why not. */
export function permissionsOn(actor: Actor, on: Rule['on'], resource: Resource = NOTHING): Permissions {
  return permissions(actor, actionsOn(on), resource)
}

/** For documents: without what everybody may who sees the document at all, and with what the app's state forbids. */
export function appPermissions(
  actor: Actor,
  app: Pick<AppRow, 'id' | 'team_id' | 'slug' | 'state'>,
): Permissions {
  const resource: Resource = { kind: 'app', appId: app.id, teamId: app.team_id }
  const can = permissions(actor, BEYOND_VIEWING.app, resource)
  for (const [action, inState] of Object.entries(IN_STATE)) {
    const reason = whyAppCannot(inState, app)
    if (can[action] === true && reason !== undefined) can[action] = reason
  }
  return can
}

/** For documents, as above. */
export function teamPermissions(actor: Actor, teamId: string): Permissions {
  return permissions(actor, BEYOND_VIEWING.team, { kind: 'team', teamId })
}

/** What can be done with an app in the trash. */
export function trashedAppPermissions(actor: Actor, app: Pick<AppRow, 'id' | 'team_id'>): Permissions {
  return permissions(actor, ['app:restore', 'app:purge'], { kind: 'app', appId: app.id, teamId: app.team_id })
}

function actionsOn(on: Rule['on']): Action[] {
  return ACTIONS.filter(action => policyRules[action].on === on)
}

function beyondViewing(on: 'app' | 'team'): Action[] {
  return actionsOn(on).filter(action => policyRules[action].role !== 'viewer' || !action.endsWith(':read'))
}

const BEYOND_VIEWING = {
  app: beyondViewing('app').filter(action => action !== 'app:restore'),
  team: beyondViewing('team'),
}

function permissions(actor: Actor, actions: readonly Action[], resource: Resource): Permissions {
  return Object.fromEntries(
    actions.map(action => {
      const decision = decide(actor, action, resource)
      return [action, decision.allowed || decision.reason]
    }),
  )
}
