import { endpoints } from '@seaworthy/api'
import { describe, expect, test } from 'vitest'
import { type Access, type Actor, actorName } from './actor.ts'
import { can, decide, type Resource } from './policy.ts'
import { policyRules } from './policy-rules.ts'
import type { Role, Scope } from './roles.ts'

const SHOP: Resource = { kind: 'app', appId: 'shop', teamId: 'sales' }
const SALES: Resource = { kind: 'team', teamId: 'sales' }
const PUBLIC_ENDPOINTS = ['session.create', 'setup.claim', 'setup.get']

describe('the policy', () => {
  test('keeps every endpoint shut for who is not signed in, but for setup and the ways to sign in', () => {
    const open = endpoints.filter(({ action }) => can({ kind: 'public' }, action)).map(({ id }) => id)

    expect(open).toEqual(expect.arrayContaining(PUBLIC_ENDPOINTS))
    expect(
      open.every(id => policyRules[endpoints.find(endpoint => endpoint.id === id)!.action].on === 'public'),
    ).toBe(true)
  })

  test('lets the machine itself do everything, and keeps the setup link for it', () => {
    expect(endpoints.every(({ action }) => can({ kind: 'local' }, action, SHOP))).toBe(true)
    expect(can(person({ platformRole: 'admin' }), 'setup:link')).toBe(false)
  })

  test.each<[Role, string[]]>([
    ['viewer', ['app:read', 'log:read']],
    ['developer', ['app:read', 'log:read', 'app:deploy', 'env:write']],
    ['admin', ['app:read', 'log:read', 'app:deploy', 'env:write', 'app:delete']],
  ])('gives a %s of the team what the role may', (role, allowed) => {
    const actor = person({ teams: new Map([['sales', role]]) })
    const asked = ['app:read', 'log:read', 'app:deploy', 'env:write', 'app:delete'] as const

    expect(asked.filter(action => can(actor, action, SHOP))).toEqual(allowed)
  })

  test('hides an app from who has no role on it, and tells who has too low a one', () => {
    expect(decide(person({}), 'app:read', SHOP)).toMatchObject({ allowed: false, hidden: true })
    const viewer = person({ teams: new Map([['sales', 'viewer']]) })
    expect(decide(viewer, 'app:deploy', SHOP)).toEqual({
      allowed: false,
      hidden: false,
      reason: 'This needs the role developer; yours is viewer.',
    })
  })

  test('counts a role that was granted on one app, and that one only', () => {
    const guest = person({ apps: new Map([['shop', 'developer']]) })

    expect(can(guest, 'app:deploy', SHOP)).toBe(true)
    expect(decide(guest, 'app:read', { ...SHOP, appId: 'blog' })).toMatchObject({ hidden: true })
    expect(decide(guest, 'app:create', SALES)).toMatchObject({ hidden: true })
  })

  test('does not let who has a role on one app alone hand it on', () => {
    const guest = person({ apps: new Map([['shop', 'admin']]) })
    const both = person({ apps: new Map([['shop', 'admin']]), teams: new Map([['sales', 'viewer']]) })

    expect(can(guest, 'app:delete', SHOP)).toBe(true)
    expect(decide(guest, 'app:transfer', SHOP)).toMatchObject({
      hidden: false,
      reason: 'This needs the role admin in the team of the app; yours is none.',
    })
    expect(can(both, 'grant:write', SHOP)).toBe(false)
    expect(can(person({ teams: new Map([['sales', 'admin']]) }), 'grant:write', SHOP)).toBe(true)
  })

  test('lets an administrator of the platform at every team', () => {
    expect(can(person({ platformRole: 'admin' }), 'app:delete', SHOP)).toBe(true)
    expect(can(person({}), 'job:read')).toBe(false)
  })

  test('names who did something', () => {
    expect(actorName(person({}))).toBe('ada@example.org')
    expect(actorName({ kind: 'local' })).toBe('local')
  })
})

describe('an API token', () => {
  const developer: Partial<Access> = { teams: new Map([['sales', 'developer']]) }

  test('has no more than its scopes', () => {
    const deploys = token(['deploy'], developer)

    expect(can(deploys, 'app:read', SHOP)).toBe(true)
    expect(can(deploys, 'app:deploy', SHOP)).toBe(true)
    expect(decide(deploys, 'env:write', SHOP)).toMatchObject({
      hidden: false,
      reason: 'The token "ci" has not the scope manage that this needs.',
    })
  })

  test('has no more than its person', () => {
    expect(can(token(['admin'], developer), 'app:delete', SHOP)).toBe(false)
    expect(can(token(['admin'], {}), 'app:read', SHOP)).toBe(false)
  })

  test('sees neither apps nor teams beyond its limits', () => {
    const limits = { appIds: ['blog'], teamId: 'sales' }

    expect(decide({ ...token(['admin'], developer), ...limits }, 'app:read', SHOP)).toMatchObject({
      hidden: true,
    })
    const elsewhere = { ...token(['admin'], developer), teamId: 'support' }
    expect(decide(elsewhere, 'app:read', SHOP)).toMatchObject({ hidden: true })
  })

  test('sees no team when it is limited to apps', () => {
    const limited = { ...token(['admin'], { platformRole: 'admin' }), appIds: ['shop'] }

    expect(decide(limited, 'shared-env:write', SALES)).toMatchObject({ hidden: true })
    expect(decide(limited, 'shared-env:read', SALES)).toMatchObject({ hidden: true })
    expect(can(limited, 'app:delete', SHOP)).toBe(true)
  })

  test('changes nothing of the platform when it is limited at all', () => {
    const administrator: Partial<Access> = { platformRole: 'admin' }
    const forApps = { ...token(['admin'], administrator), appIds: ['shop'] }
    const forTeam = { ...token(['admin'], administrator), teamId: 'sales' }

    expect([forApps, forTeam].map(limited => can(limited, 'keys:rotate'))).toEqual([false, false])
    expect(can(token(['admin'], administrator), 'keys:rotate')).toBe(true)
    expect(can(forApps, 'apps:list')).toBe(true)
  })

  test('ends no session', () => {
    expect(can(token(['admin'], { platformRole: 'admin' }), 'session:delete')).toBe(false)
  })
})

function person(access: Partial<Access>): Actor & { kind: 'user' } {
  const known = { userId: 'u1', email: 'ada@example.org', name: 'Ada' }
  return {
    kind: 'user',
    ...known,
    sessionId: 's1',
    expiresAt: 0,
    via: 'bearer',
    access: { ...NONE, ...access },
  }
}

function token(scopes: Scope[], access: Partial<Access>): Actor & { kind: 'token' } {
  const { userId, email, name, access: full } = person(access)
  const limits = { scopes, appIds: null, teamId: null }
  return { kind: 'token', userId, email, name, access: full, tokenId: 't1', tokenName: 'ci', ...limits }
}

const NONE: Access = { platformRole: 'member', teams: new Map(), apps: new Map() }
