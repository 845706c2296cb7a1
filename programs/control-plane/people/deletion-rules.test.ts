import { expect, test } from 'vitest'
import { judgeDeletion, type MembershipFacts } from './deletion-rules.ts'

const team = (facts: Partial<MembershipFacts>): MembershipFacts => ({
  ...{ id: 'team_1', slug: 'sales', role: 'owner', otherOwners: 0, otherMembers: 0, apps: 0, stays: false },
  ...facts,
})
const judge = (teams: MembershipFacts[], otherAdmins = 1) =>
  judgeDeletion({ platformRole: 'admin', otherAdmins, teams })

test('who owns nothing alone may go, and an empty team goes with them', () => {
  const shared = team({ slug: 'shared', otherOwners: 1, otherMembers: 3, apps: 5 })
  const guest = team({ slug: 'guest', role: 'viewer', otherMembers: 2, apps: 1 })
  const empty = team({ slug: 'empty' })

  expect(judge([shared, guest, empty])).toEqual({ reasons: [], emptyTeams: [empty] })
})

test.each([
  [{ otherMembers: 1 }, 'which has 1 other member: make somebody else an owner.'],
  [{ otherMembers: 2, apps: 1 }, 'which has 2 other members and 1 app (those in the trash count): make'],
  [{ apps: 3 }, 'which has 3 apps (those in the trash count): hand the apps to another team'],
])('the only owner of a team with %o stays, and is told why', (facts, words) => {
  const { reasons, emptyTeams } = judge([team(facts)])

  expect(reasons).toEqual([expect.stringContaining(words)])
  expect(reasons[0]).toContain('the team sales')
  expect(emptyTeams).toEqual([])
})

test('an owner beside one who is suspended is the only one who can act', () => {
  expect(judge([team({ otherOwners: 0, otherMembers: 1 })]).reasons).toHaveLength(1)
})

test('every reason is told at once', () => {
  expect(judge([team({ apps: 1 }), team({ slug: 'ops', otherMembers: 1 })], 0).reasons).toEqual([
    expect.stringContaining('last administrator'),
    expect.stringContaining('sales'),
    expect.stringContaining('ops'),
  ])
})

test('a member of the platform needs no other administrator', () => {
  expect(judgeDeletion({ platformRole: 'member', otherAdmins: 0, teams: [] }).reasons).toEqual([])
})

test('the team that came with the platform stays', () => {
  expect(judge([team({ stays: true })])).toEqual({ reasons: [], emptyTeams: [] })
})
