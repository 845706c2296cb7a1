import { expect, test } from 'vitest'
import { ROLES, type Role } from '../access/roles.ts'
import { whyNotChangeRole } from './role-rules.ts'

const everyChange = ROLES.flatMap(own =>
  [undefined, ...ROLES].flatMap(from => [undefined, ...ROLES].map(to => ({ own, from, to }))),
)
const allowed = (own: Role) =>
  everyChange.filter(change => change.own === own && whyNotChangeRole(change) === undefined)

test('viewers and developers change nobody', () => {
  expect([...allowed('viewer'), ...allowed('developer')]).toEqual([])
})

test('an admin changes everybody but owners, and makes none', () => {
  const others = [undefined, 'viewer', 'developer', 'admin']

  expect(allowed('admin')).toEqual(others.flatMap(from => others.map(to => ({ own: 'admin', from, to }))))
})

test('an owner may all that can be asked', () => {
  expect(allowed('owner')).toHaveLength(25)
})
