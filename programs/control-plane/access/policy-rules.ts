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
  /** Its person must have proved who they are within the last 15 minutes. A token, which is a proof, need not. */
  fresh?: true
  /** Also for somebody who has to set up a second factor first. */
  withoutFactor?: true
  /** Tells of everything at once: not for an API token that is limited to a team or to apps. */
  whole?: true
  /** A role that was granted on the app alone does not count: this is for members of its team. */
  members?: true
}

const PUBLIC: Rule = { on: 'public', role: 'member', scope: 'read' }
const SELF: Rule = { on: 'self', role: 'member', scope: 'read' }
const PLATFORM_READ: Rule = { on: 'platform', role: 'member', scope: 'read' }
const PLATFORM_ADMIN: Rule = { on: 'platform', role: 'admin', scope: 'admin' }
const APP_READ: Rule = { on: 'app', role: 'viewer', scope: 'read' }
const APP_DEPLOY: Rule = { on: 'app', role: 'developer', scope: 'deploy' }
const APP_MANAGE: Rule = { on: 'app', role: 'developer', scope: 'manage' }
const APP_ADMIN: Rule = { on: 'app', role: 'admin', scope: 'manage' }
const TEAM_READ: Rule = { on: 'team', role: 'viewer', scope: 'read' }
const TEAM_ADMIN: Rule = { on: 'team', role: 'admin', scope: 'admin' }

export const policyRules: Record<Action, Rule> = {
  'setup:read': PUBLIC,
  'setup:claim': PUBLIC,
  'setup:link': { on: 'local', role: 'member', scope: 'admin' },
  'session:create': PUBLIC,
  'session:read': { ...SELF, withoutFactor: true },
  'session:delete': { ...SELF, session: true, withoutFactor: true },
  'session:refresh': PUBLIC,
  'session:confirm': { ...SELF, session: true, withoutFactor: true },
  'factor:read': { ...SELF, session: true, withoutFactor: true },
  'factor:write': { ...SELF, session: true, withoutFactor: true },
  'factor:codes': { ...SELF, session: true, fresh: true },
  'factor:reset': { ...PLATFORM_ADMIN, session: true, fresh: true },
  'passkey:read': { ...SELF, session: true },
  'passkey:write': { ...SELF, session: true, fresh: true },
  // The program gets a session as fresh as a new sign-in, so an old one must not be enough.
  'device:start': PUBLIC,
  'device:read': { ...SELF, session: true },
  'device:decide': { ...SELF, session: true, fresh: true },
  'session:mail-link': PUBLIC,
  'sessions:read': { ...SELF, session: true },
  'sessions:end': { ...SELF, session: true },
  'account:read': { ...SELF, session: true, withoutFactor: true },
  'account:update': { ...SELF, session: true },
  'account:password': { ...SELF, session: true },
  'account:email': { ...SELF, session: true },
  'password:forgot': PUBLIC,
  'password:reset': PUBLIC,
  'password:reset-link': { on: 'local', role: 'member', scope: 'admin' },

  // Lists are narrowed to what the actor may see; a new app asks for the role in its team.
  'apps:list': PLATFORM_READ,
  // Asked again for each app, with the action that is meant. A job is its maker's own.
  'apps:bulk': PLATFORM_READ,
  'app-job:read': PLATFORM_READ,
  'app:create': { on: 'team', role: 'developer', scope: 'manage' },
  'app:read': APP_READ,
  'app:update': APP_MANAGE,
  'app:delete': APP_ADMIN,
  'app:restore': APP_ADMIN,
  'app:purge': APP_ADMIN,
  'app:clone': APP_MANAGE,
  'app:export': APP_MANAGE,
  // Nobody reads a secret otherwise.
  'app:export-secrets': { on: 'app', role: 'admin', scope: 'admin' },
  'app:deploy': APP_DEPLOY,
  'app:run': APP_MANAGE,
  'app:exec': APP_MANAGE,
  'app:files': APP_MANAGE,
  'app:scale': APP_DEPLOY,
  'app:restart': APP_DEPLOY,
  'app:stop': APP_DEPLOY,
  'app:start': APP_DEPLOY,
  'build:read': APP_READ,
  'deployment:read': APP_READ,
  'deployment:cancel': APP_DEPLOY,
  'canary:end': APP_DEPLOY,
  'deployment:compare': APP_READ,
  'deployment:schedule': APP_DEPLOY,
  // Whether their role is enough is the app's own rule: deployments/approvals/approval-rules.ts.
  'deployment:approve': APP_DEPLOY,
  'approval:read': APP_READ,
  'approval:write': { ...APP_ADMIN, members: true },
  'traffic:read': APP_READ,
  'traffic:write': APP_MANAGE,
  'maintenance:write': APP_DEPLOY,
  'cache:purge': APP_DEPLOY,
  'limit:read': APP_READ,
  'limit:write': APP_MANAGE,
  'release:read': APP_READ,
  'env:read': APP_READ,
  'env:write': APP_MANAGE,
  'secret:readers': APP_MANAGE,
  'shared-env:read': { on: 'team', role: 'viewer', scope: 'read' },
  'shared-env:write': { on: 'team', role: 'developer', scope: 'manage' },
  'registry:read': TEAM_READ,
  'registry:write': { on: 'team', role: 'developer', scope: 'manage' },
  'volume:read': APP_READ,
  'volume:write': { on: 'app', role: 'developer', scope: 'manage' },
  'volume:purge': { on: 'app', role: 'admin', scope: 'manage' },
  'instance:read': APP_READ,
  'log:read': APP_READ,
  'figure:read': APP_READ,
  'metrics:read': { on: 'platform', role: 'admin', scope: 'read', whole: true },
  'visit:read': APP_READ,
  'event:read': APP_READ,
  'domain:read': APP_READ,
  'domain:write': APP_MANAGE,
  'disk:read': PLATFORM_ADMIN,
  'setting:read': PLATFORM_ADMIN,
  'app:plan': APP_READ,
  'page-failure:report': { ...SELF, session: true },
  'disk:reclaim': PLATFORM_ADMIN,
  'events:list': PLATFORM_READ,

  'teams:list': PLATFORM_READ,
  'team:create': { on: 'platform', role: 'member', scope: 'admin' },
  'team:read': TEAM_READ,
  'team:update': TEAM_ADMIN,
  'team:delete': { on: 'team', role: 'owner', scope: 'admin' },
  'team:leave': { ...TEAM_READ, session: true },
  'member:read': TEAM_READ,
  // Who may give and take which role: teams/role-rules.ts.
  'member:update': TEAM_ADMIN,
  'member:remove': TEAM_ADMIN,
  'invitation:read': TEAM_ADMIN,
  'invitation:create': TEAM_ADMIN,
  'invitation:revoke': TEAM_ADMIN,
  'invitation:open': PUBLIC,
  'invitation:join': PUBLIC,
  'invitation:accept': { ...SELF, session: true },
  'grant:read': { on: 'app', role: 'admin', scope: 'admin' },
  'grant:write': { on: 'app', role: 'admin', scope: 'admin', members: true },
  'app:transfer': { on: 'app', role: 'admin', scope: 'admin', members: true },
  'app:receive': TEAM_ADMIN,
  // Whoever asks sees themselves; the handler narrows the rest by the next two.
  'access:person': PLATFORM_READ,
  'access:team': { on: 'team', role: 'admin', scope: 'read' },
  'access:app': { on: 'app', role: 'admin', scope: 'read' },
  'source:local': { on: 'platform', role: 'admin', scope: 'deploy' },

  // Narrowed to what the actor administers or did.
  'audit:read': PLATFORM_READ,
  'audit:export': PLATFORM_READ,
  'audit:verify': { on: 'platform', role: 'admin', scope: 'read' },

  // Never for a token: what opens doors is made and ended by a person.
  'token:read': { ...SELF, session: true },
  'token:create': { ...SELF, session: true },
  'token:rotate': { ...SELF, session: true },
  // The handler asks for one of the next rules when the token is not the actor's own.
  'token:revoke': { ...SELF, session: true },
  'team-tokens:read': { on: 'team', role: 'admin', scope: 'admin', session: true },
  'team-tokens:revoke': { on: 'team', role: 'admin', scope: 'admin', session: true },
  'all-tokens:read': { ...PLATFORM_ADMIN, session: true },
  'all-tokens:revoke': { ...PLATFORM_ADMIN, session: true },

  'account:export': { ...SELF, session: true },
  'account:delete': { ...SELF, session: true },
  // Who has the code of a receipt was told it; nobody is left who could sign in for it.
  'deletion:read': PUBLIC,
  'person:read': PLATFORM_ADMIN,
  'person:update': { ...PLATFORM_ADMIN, session: true, fresh: true },
  'person:delete': { ...PLATFORM_ADMIN, session: true, fresh: true },
  'mail:test': PLATFORM_ADMIN,

  'quota:read-own': SELF,
  'quota:read-team': { on: 'team', role: 'viewer', scope: 'read' },
  'quota:read-person': PLATFORM_ADMIN,
  'quota:write': PLATFORM_ADMIN,

  'job:read': PLATFORM_ADMIN,
  'job:cancel': PLATFORM_ADMIN,
  'job:retry': PLATFORM_ADMIN,
  'platform:read': PLATFORM_READ,
  'keys:read': PLATFORM_ADMIN,
  'keys:rotate': { ...PLATFORM_ADMIN, fresh: true },
}
