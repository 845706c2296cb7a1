/** The policy: one rule for each action of the API. A route whose action has no rule does not compile. */
import type { Action } from '@seaworthy/api'
import type { Role, Scope } from './roles.ts'

export interface Rule {
  /**
   * What the rule looks at. `public`: nobody needs to sign in; `local`: only the machine's own administrator;
   * `self`: any person, about themselves; `platform`: `member` is any person, `admin` an administrator;
   * `team` and `app`: the role there.
   */
  on: 'public' | 'local' | 'self' | 'platform' | 'team' | 'app'
  role: Role | 'member'
  /** What an API token needs besides. */
  scope: Scope
  /** Never for an API token: a person must be there. */
  session?: true
}

const PUBLIC: Rule = { on: 'public', role: 'member', scope: 'read' }
const SELF: Rule = { on: 'self', role: 'member', scope: 'read' }
const PLATFORM_READ: Rule = { on: 'platform', role: 'member', scope: 'read' }
const PLATFORM_ADMIN: Rule = { on: 'platform', role: 'admin', scope: 'admin' }
const APP_READ: Rule = { on: 'app', role: 'viewer', scope: 'read' }
const APP_DEPLOY: Rule = { on: 'app', role: 'developer', scope: 'deploy' }
const APP_MANAGE: Rule = { on: 'app', role: 'developer', scope: 'manage' }
const APP_ADMIN: Rule = { on: 'app', role: 'admin', scope: 'manage' }

export const policyRules: Record<Action, Rule> = {
  'setup:read': PUBLIC,
  'setup:claim': PUBLIC,
  'setup:link': { on: 'local', role: 'member', scope: 'admin' },
  'session:create': PUBLIC,
  'session:read': SELF,
  'session:delete': { ...SELF, session: true },

  // Lists are narrowed to what the actor may see; a new app asks for the role in its team.
  'apps:list': PLATFORM_READ,
  'app:create': { on: 'team', role: 'developer', scope: 'manage' },
  'app:read': APP_READ,
  'app:update': APP_MANAGE,
  'app:delete': APP_ADMIN,
  'app:restore': APP_ADMIN,
  'app:deploy': APP_DEPLOY,
  'app:run': APP_MANAGE,
  'app:scale': APP_DEPLOY,
  'app:restart': APP_DEPLOY,
  'build:read': APP_READ,
  'deployment:read': APP_READ,
  'deployment:cancel': APP_DEPLOY,
  'release:read': APP_READ,
  'env:read': APP_READ,
  'env:write': APP_MANAGE,
  'instance:read': APP_READ,
  'log:read': APP_READ,
  'event:read': APP_READ,
  'events:list': PLATFORM_READ,

  'job:read': PLATFORM_ADMIN,
  'job:cancel': PLATFORM_ADMIN,
  'job:retry': PLATFORM_ADMIN,
  'platform:read': PLATFORM_READ,
  'keys:read': PLATFORM_ADMIN,
  'keys:rotate': PLATFORM_ADMIN,
}
