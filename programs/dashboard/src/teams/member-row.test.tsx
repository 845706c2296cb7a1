import { useQuery } from '@tanstack/react-query'
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { type Member, type Team, teamQueries } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { teamWords } from '../words/en/teams.ts'
import { MemberRow } from './member-row.tsx'

const user = userEvent.setup()
const LIST = 'GET /api/v1/teams/crew/members'
const CHANGE = 'PATCH /api/v1/teams/crew/members/per_bob'
const REMOVE = 'DELETE /api/v1/teams/crew/members/per_bob'

test('a new role is shown at once, and stays when it was given', async () => {
  const answer = Promise.withResolvers<unknown>()
  let role = 'viewer'
  const { asked } = await startTinyApi({ [LIST]: () => [bob(role)], [CHANGE]: () => answer.promise })
  await showInPage(<Members />)

  await choose('Developer')

  await screen.findByRole('button', { name: /^Role of Bob: Developer/ })
  role = 'developer'
  answer.resolve(bob(role))
  await screen.findByText(teamWords.roleChanged('Bob', 'Developer'))
  screen.getByRole('button', { name: /^Role of Bob: Developer/ })
  expect(asked.find(({ what }) => what === CHANGE)?.body).toEqual({ role: 'developer' })
})

test('a role that is refused is taken back, and the page says why', async () => {
  const answer = Promise.withResolvers<unknown>()
  await startTinyApi({ [LIST]: () => [bob('viewer')], [CHANGE]: () => answer.promise })
  await showInPage(<Members />)
  await choose('Developer')
  await screen.findByRole('button', { name: /^Role of Bob: Developer/ })

  answer.resolve(refuse({ status: 409, code: 'last_owner', detail: 'The team needs an owner.' }))

  await screen.findByText('The team needs an owner.')
  await screen.findByRole('button', { name: /^Role of Bob: Viewer/ })
})

test('somebody is taken out of a team after a question', async () => {
  const { asked } = await startTinyApi({ [LIST]: () => [bob('viewer')], [REMOVE]: () => ({ removed: true }) })
  await showInPage(<Members />)

  await user.click(await screen.findByRole('button', { name: `${teamWords.remove}: Bob` }))
  await screen.findByRole('dialog', { name: teamWords.removeTitle('Bob') })
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked.some(({ what }) => what === REMOVE)).toBe(false)
  await user.click(screen.getByRole('button', { name: `${teamWords.remove}: Bob` }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: teamWords.remove }))

  await screen.findByText(teamWords.removed('Bob'))
  expect(asked.some(({ what }) => what === REMOVE)).toBe(true)
})

async function choose(role: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name: /^Role of Bob/ }))
  await user.click(await screen.findByRole('menuitem', { name: new RegExp(`^${role}`) }))
}

function Members() {
  const { data: members = [] } = useQuery(teamQueries.members('crew'))
  return (
    <ul>
      {members.map(member => (
        <MemberRow key={member.person.id} team={TEAM} member={member} owners={1} isSelf={false} />
      ))}
    </ul>
  )
}

const TEAM = {
  ...{ id: 'tea_1', slug: 'crew', name: 'Crew', role: 'owner' },
  can: { 'member:update': true, 'member:remove': true, 'member:setOwner': true },
} as unknown as Team

function bob(role: string): Member {
  return {
    person: { id: 'per_bob', name: 'Bob', email: 'bob@example.org' },
    ...{ role, suspended: false, since: '2026-01-01T00:00:00.000Z' },
  } as Member
}
