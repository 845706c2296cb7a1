import { expect, test } from 'vitest'
import type { Member, Team } from '../api/team-queries.ts'
import { roleChoices, whyNotTouch } from './role-choices.ts'
import { slugOf } from './slug-of.ts'

const MAY = { 'member:update': true, 'member:remove': true } as const

test('an admin makes everybody but owners, an owner everybody', () => {
  expect(refused(roleChoices(team('admin'), 'viewer'))).toEqual(['viewer', 'owner'])
  expect(refused(roleChoices(team('owner'), 'viewer'))).toEqual(['viewer'])
  expect(refused(roleChoices(team(null)))).toEqual([])
})

test('an owner is left alone by an admin, and the last one by everybody', () => {
  expect(whyNotTouch('member:remove', team('admin'), member('owner'), 2)).toMatch(/^Only an owner/)
  expect(whyNotTouch('member:update', team('owner'), member('owner'), 1)).toMatch(/^This is the only owner/)
  expect(whyNotTouch('member:update', team('owner'), member('owner'), 2)).toBeUndefined()
  expect(whyNotTouch('member:update', team('admin'), member('viewer'), 1)).toBeUndefined()
})

test('what the policy says comes first', () => {
  const viewed = team('viewer', { 'member:update': 'This needs the role admin; yours is viewer.' })

  expect(whyNotTouch('member:update', viewed, member('viewer'), 1)).toMatch(/yours is viewer/)
})

test.each([
  ['Harbour crew', 'harbour-crew'],
  ['  Größe & Weite! ', 'gro-e-weite'],
  ['<b>x</b>', 'b-x-b'],
  ['你好', ''],
])('the slug of %s is %s', (name, slug) => {
  expect(slugOf(name)).toBe(slug)
})

test('a long name is cut without an end that no slug may have', () => {
  expect(slugOf('a '.repeat(40))).toMatch(/^[a-z0-9-]{39}$/)
})

function refused(choices: ReturnType<typeof roleChoices>): string[] {
  return choices.filter(({ whyNot }) => whyNot).map(({ role }) => role)
}

function team(role: Team['role'], can: Team['can'] = MAY): Team {
  const counts = { members: 2, apps: 0 }
  return { id: 'team_1', slug: 'crew', name: 'Crew', role, counts, can, createdAt: '2026-01-01T00:00:00Z' }
}

function member(role: Member['role']): Member {
  const person = { id: 'usr_1', email: 'bob@example.org', name: 'Bob' }
  return { person, role, suspended: false, since: '2026-01-01T00:00:00Z' }
}
