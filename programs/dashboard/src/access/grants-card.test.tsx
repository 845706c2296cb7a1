import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accessWords as w } from '../words/en/access.ts'
import { teamWords } from '../words/en/teams.ts'
import { GrantsCard } from './grants-card.tsx'

const user = userEvent.setup()
const LIST = 'GET /api/v1/apps/shop/grants'
const GIVE = 'PUT /api/v1/apps/shop/grants/eve%40example.org'
const TAKE = 'DELETE /api/v1/apps/shop/grants/per_eve'

test('somebody gets a role on the app alone, and stands in the list', async () => {
  let grants: object[] = []
  const { asked } = await startTinyApi({
    [LIST]: () => grants,
    [GIVE]: () => {
      grants = [EVE]
      return EVE
    },
  })
  await showInPage(<GrantsCard app={shop()} />)
  await screen.findByText(w.noGrants)

  const dialog = await give()
  await user.type(dialog.getByLabelText(w.person), ' eve@example.org ')
  expect(dialog.queryByLabelText(teamWords.roles.owner)).toBeNull()
  await user.click(dialog.getByLabelText(teamWords.roles.developer))
  await user.click(dialog.getByRole('button', { name: w.addGrant }))

  await screen.findByText(w.granted('Eve'))
  expect(asked.find(({ what }) => what === GIVE)?.body).toEqual({ role: 'developer' })
  within(await screen.findByRole('list', { name: w.grants })).getByText('eve@example.org')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('who is not known here gets nothing: the reason is shown, and the address stays', async () => {
  const refusal = refuse({ status: 404, code: 'person_not_found', detail: 'Nobody here has this address.' })
  const { asked } = await startTinyApi({ [LIST]: () => [], [GIVE]: () => refusal })
  await showInPage(<GrantsCard app={shop()} />)
  const dialog = await give()

  await user.type(dialog.getByLabelText(w.person), '  {Enter}')
  const reason = await dialog.findByText(w.personMissing)
  expect(dialog.getByLabelText(w.person).getAttribute('aria-describedby')).toContain(reason.id)
  expect(asked.every(({ what }) => what === LIST)).toBe(true)
  await user.type(dialog.getByLabelText(w.person), 'eve@example.org{Enter}')

  await dialog.findByText('Nobody here has this address.')
  expect(dialog.queryByText(w.personMissing)).toBeNull()
  expect(dialog.getByLabelText<HTMLInputElement>(w.person).value).toContain('eve@example.org')
})

test('a role is taken back, and its row goes', async () => {
  let grants = [EVE]
  await startTinyApi({
    [LIST]: () => grants,
    [TAKE]: () => {
      grants = []
      return { removed: true }
    },
  })
  await showInPage(<GrantsCard app={shop()} />)

  await user.click(await screen.findByRole('button', { name: w.takeBackOf('Eve') }))

  await screen.findByText(w.takenBack('Eve'))
  await screen.findByText(w.noGrants)
})

test('a role that cannot be taken back stays in the list, with the reason', async () => {
  const refusal = refuse({ status: 503, code: 'under_pressure', detail: 'Too much at once.' })
  await startTinyApi({ [LIST]: () => [EVE], [TAKE]: () => refusal })
  await showInPage(<GrantsCard app={shop()} />)

  await user.click(await screen.findByRole('button', { name: w.takeBackOf('Eve') }))

  await screen.findByText('Too much at once.')
  screen.getByText('eve@example.org')
})

test('who may not read the roles is told so, and nothing is asked', async () => {
  const { asked } = await startTinyApi({ [LIST]: () => [EVE] })
  const whyNot = 'This needs the role admin; yours is viewer.'
  await showInPage(<GrantsCard app={shop({ 'grant:read': whyNot, 'grant:write': whyNot })} />)

  screen.getByText(whyNot)
  const button = screen.getByRole('button', { name: w.addGrant })
  await user.click(button)

  expect(button.getAttribute('aria-disabled')).toBe('true')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked).toEqual([])
})

async function give() {
  await user.click(screen.getByRole('button', { name: w.addGrant }))
  return within(await screen.findByRole('dialog', { name: w.addGrantTitle }))
}

const EVE = { person: { id: 'per_eve', name: 'Eve', email: 'eve@example.org' }, role: 'developer' }

function shop(can: object = { 'grant:read': true, 'grant:write': true }): App {
  return { id: 'app_1', slug: 'shop', name: 'Shop', can } as unknown as App
}
