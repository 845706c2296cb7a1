import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { beforeEach, expect, test, vi } from 'vitest'
import type { Team } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { type Answers, refuse, startTinyApi } from '../testing/tiny-api.ts'
import { pageWords } from '../words/en/pages.ts'
import { teamWords as w } from '../words/en/teams.ts'
import { words } from '../words/en.ts'
import { TeamSettings } from './team-settings.tsx'

// The page stands at no address here that could name the team.
const current = vi.hoisted(() => ({ team: undefined as unknown }))
vi.mock('../teams/current-team.ts', () => ({ useCurrentTeam: () => current.team }))

const user = userEvent.setup()
const UPDATE = 'PATCH /api/v1/teams/crew'
const LEAVE = 'POST /api/v1/teams/crew/leave'
const DELETE = 'DELETE /api/v1/teams/crew'
const WHY_NOT = 'This needs the role owner; yours is admin.'

beforeEach(() => {
  current.team = crew()
})

test('a team gets another name, and the page goes on under its new address', async () => {
  const { sent, path } = await open({ [UPDATE]: () => ({ slug: 'dock', name: 'Dock' }) })

  await retype(w.name, 'Dock')
  await retype(w.slug, 'dock')
  await user.click(screen.getByRole('button', { name: words.save }))

  await screen.findByText(w.saved)
  expect(sent()).toEqual([{ what: UPDATE, body: { name: 'Dock', slug: 'dock' } }])
  await expect.poll(path).toBe('/teams/dock/settings')
})

test('a name that is taken is told of beside its field, and stays', async () => {
  const errors = [{ path: 'body.slug', message: 'is taken' }]
  const { path } = await open({
    [UPDATE]: () => refuse({ status: 409, code: 'conflict', detail: 'Look again.', errors }),
  })

  await retype(w.slug, 'dock{Enter}')

  const reason = await screen.findByText('is taken')
  const slug = screen.getByLabelText<HTMLInputElement>(w.slug)
  expect(slug.getAttribute('aria-describedby')).toContain(reason.id)
  expect(slug.value).toBe('dock')
  expect(path()).toBe('/')
})

test('one leaves a team after a question, and comes to the list of teams', async () => {
  const { sent, path } = await open({ [LEAVE]: () => ({ left: true }) }, ['owner', 'owner'])

  await user.click(screen.getByRole('button', { name: w.leave }))
  await screen.findByRole('dialog', { name: w.leaveTitle('Crew') })
  await user.keyboard('{Escape}')
  expect(sent()).toEqual([])
  await user.click(screen.getByRole('button', { name: w.leave }))
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: w.leave }))

  await screen.findByText(w.left('Crew'))
  await expect.poll(path).toBe('/teams')
  expect(sent().map(({ what }) => what)).toEqual([LEAVE])
})

test.each([
  ['the only owner cannot leave', crew(), w.roleRules.lastOwner],
  ['whoever is not in the team cannot leave it', { ...crew(), role: null }, w.notIn],
])('%s, and the button says why', async (_, team, whyNot) => {
  current.team = team
  const { sent } = await open({}, ['owner', 'admin'])

  await user.click(screen.getByRole('button', { name: w.leave }))

  expect((await screen.findByRole('tooltip')).textContent).toContain(whyNot)
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(sent()).toEqual([])
})

test('a team is deleted once its name is typed; what is refused leaves the page where it is', async () => {
  let isEmpty = false
  const { sent, path } = await open({
    [DELETE]: () =>
      isEmpty ? { deleted: true } : refuse({ status: 409, code: 'team_has_apps', detail: 'It has apps.' }),
  })

  await user.click(screen.getByRole('button', { name: w.delete }))
  const dialog = within(await screen.findByRole('dialog', { name: w.deleteTitle('Crew') }))
  await user.click(dialog.getByRole('button', { name: w.delete }))
  expect(sent()).toEqual([])
  await user.type(dialog.getByLabelText(pageWords.settings.typeFirst('crew')), 'crew')
  await user.click(dialog.getByRole('button', { name: w.delete }))
  await dialog.findByText('It has apps.')
  expect(path()).toBe('/')
  isEmpty = true
  await user.click(dialog.getByRole('button', { name: w.delete }))

  await screen.findByText(w.deleted('Crew'))
  await expect.poll(path).toBe('/teams')
  expect(sent()[0]).toEqual({ what: DELETE, body: { confirm: 'crew' } })
})

test('who may neither change nor delete the team can press neither', async () => {
  current.team = crew({ 'team:update': WHY_NOT, 'team:delete': WHY_NOT })
  const { sent } = await open({})

  await retype(w.name, 'Dock{Enter}')
  await user.click(screen.getByRole('button', { name: words.save }))
  await user.click(screen.getByRole('button', { name: w.delete }))

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(sent()).toEqual([])
})

async function open(answers: Answers, roles = ['owner']) {
  const { asked } = await startTinyApi({
    'GET /api/v1/teams/crew/members': () => roles.map(role => ({ role })),
    'GET /api/v1/teams/crew/registries': () => [],
    ...answers,
  })
  const { path } = await showInPage(
    <Suspense>
      <TeamSettings />
    </Suspense>,
  )
  await screen.findByLabelText(w.name)
  return { path, sent: () => asked.filter(({ what }) => !what.startsWith('GET')) }
}

async function retype(label: string, text: string): Promise<void> {
  const field = screen.getByLabelText(label)
  await user.clear(field)
  await user.type(field, text)
}

function crew(can: object = { 'team:update': true, 'team:delete': true, 'registry:write': true }): Team {
  return { id: 'tea_1', slug: 'crew', name: 'Crew', role: 'owner', can } as unknown as Team
}
