import { type Endpoint, endpoints } from '@seaworthy/api'
import { policyRules, type Rule } from '../../programs/control-plane/access/policy-rules.ts'
import { ROLES } from '../../programs/control-plane/access/roles.ts'
import { GENERATED, inCell } from './reference-text.ts'

/** docs/reference/roles.md, from the policy itself. */
export function rolesReference(): string {
  const sections = [
    section('On an app', 'app'),
    section('In a team', 'team'),
    section('On the platform', 'platform'),
    section('About oneself', 'self'),
    section('On the machine itself', 'local'),
    section('Without signing in', 'public'),
  ]
  return `${[HEAD, ...sections].join('\n\n')}\n`
}

const HEAD = `# Who may do what

${GENERATED}

Roles are a ladder: ${ROLES.join(', ')}; each may all that the ones before it may. So are the scopes of an API token: read,
deploy, manage, admin; a token may what its person may, and needs the scope as well. An administrator of the platform may
everything in every team. "Member" means that a role granted on the app alone does not count; "recent" that one must have
signed in, or confirmed it, within the last 15 minutes. How it works: [teams](../guides/teams.md).`

function section(title: string, on: Rule['on']): string {
  const rows = endpoints.filter(({ action }) => policyRules[action].on === on).map(row)
  return [`## ${title}`, '', '| What | Needs | API token |', '| --- | --- | --- |', ...rows].join('\n')
}

function row({ summary, action }: Endpoint): string {
  const rule = policyRules[action]
  return `| ${inCell(summary)} | ${needs(rule)} | ${rule.on === 'public' ? '' : token(rule)} |`
}

function needs({ on, role, members, fresh }: Rule): string {
  const words = { public: 'nothing', local: 'the socket file', self: 'an account' }
  if (on === 'public' || on === 'local') return words[on]
  const lowest = on === 'self' || (on === 'platform' && role === 'member') ? words.self : nameOf(on, role)
  return [lowest, ...(members ? ['member'] : []), ...(fresh ? ['recent'] : [])].join(', ')
}

function nameOf(on: Rule['on'], role: Rule['role']): string {
  return on === 'platform' ? 'administrator' : role
}

function token({ session, scope }: Rule): string {
  return session ? 'never' : scope
}
