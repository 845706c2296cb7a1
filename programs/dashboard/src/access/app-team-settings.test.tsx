import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accessWords as w } from '../words/en/access.ts'
import { words } from '../words/en.ts'
import { AppTeamSettings } from './app-team-settings.tsx'

const user = userEvent.setup()
const TEAMS = 'GET /api/v1/teams'
const CHANGE = 'PATCH /api/v1/apps/shop'
const TRANSFER = 'POST /api/v1/apps/shop/transfer'

test('the environment is saved without the space around it', async () => {
  const { asked } = await startTinyApi({ [CHANGE]: () => shop() })
  await showInPage(<AppTeamSettings app={shop()} />)

  await retype(' staging {Enter}')

  await screen.findByText(w.environmentSaved)
  expect(asked).toEqual([{ what: CHANGE, body: { environment: 'staging' } }])
})

test('an environment that is refused stays, with the reason beside it', async () => {
  const errors = [{ path: 'body.environment', message: 'may hold a-z, 0-9 and hyphens' }]
  await startTinyApi({
    [CHANGE]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  await showInPage(<AppTeamSettings app={shop()} />)

  await retype('Sta ging')
  await user.click(screen.getByRole('button', { name: words.save }))

  const reason = await screen.findByText('may hold a-z, 0-9 and hyphens')
  expect(environment().getAttribute('aria-describedby')).toContain(reason.id)
  expect(environment().value).toBe('Sta ging')
})

test('an app is handed to the chosen one of the teams that may have it', async () => {
  const { asked } = await startTinyApi({
    [TEAMS]: () => [team('crew'), team('locked', false), team('dock'), team('port')],
    [TRANSFER]: () => ({ name: 'Shop', team: { name: 'Port' } }),
  })
  await showInPage(<AppTeamSettings app={shop()} />)

  await user.click(screen.getByRole('button', { name: w.transfer }))
  const dialog = within(await screen.findByRole('dialog', { name: w.transferTitle('Shop') }))
  expect(dialog.getAllByRole('option').map(({ textContent }) => textContent)).toEqual(['dock', 'port'])
  await user.selectOptions(dialog.getByLabelText(w.transferTo), 'port')
  expect(asked.every(({ what }) => what === TEAMS)).toBe(true)
  await user.click(dialog.getByRole('button', { name: w.transfer }))

  await screen.findByText(w.transferred('Shop', 'Port'))
  expect(asked.find(({ what }) => what === TRANSFER)?.body).toEqual({ team: 'port' })
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('an app that a team cannot take stays where it is, and the question says why', async () => {
  const refusal = refuse({ status: 409, code: 'quota_exceeded', detail: 'Dock has no room for it.' })
  await startTinyApi({ [TEAMS]: () => [team('dock')], [TRANSFER]: () => refusal })
  await showInPage(<AppTeamSettings app={shop()} />)

  await user.click(screen.getByRole('button', { name: w.transfer }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: w.transfer }))

  await dialog.findByText('Dock has no room for it.')
  expect(dialog.getByLabelText<HTMLSelectElement>(w.transferTo).value).toBe('dock')
})

test('without another team there is nobody to hand it to', async () => {
  const { asked } = await startTinyApi({ [TEAMS]: () => [team('crew'), team('locked', false)] })
  await showInPage(<AppTeamSettings app={shop()} />)

  await user.click(screen.getByRole('button', { name: w.transfer }))
  const dialog = within(await screen.findByRole('dialog'))
  const go = dialog.getByRole('button', { name: w.transfer })
  await user.click(go)

  expect(go.getAttribute('aria-disabled')).toBe('true')
  expect(asked.every(({ what }) => what === TEAMS)).toBe(true)
})

test('who may neither change nor hand over the app can press neither', async () => {
  const { asked } = await startTinyApi({})
  const whyNot = 'This needs the role admin; yours is viewer.'
  await showInPage(<AppTeamSettings app={shop({ 'app:update': whyNot, 'app:transfer': whyNot })} />)

  await retype('staging')
  for (const name of [w.transfer, words.save]) await user.click(screen.getByRole('button', { name }))

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked).toEqual([])
})

const environment = () => screen.getByLabelText<HTMLInputElement>(w.environment)

async function retype(text: string): Promise<void> {
  await user.clear(environment())
  await user.type(environment(), text)
}

function team(slug: string, receives = true): object {
  return { slug, name: slug, can: { 'app:receive': receives || 'You are only a viewer there.' } }
}

function shop(can: object = { 'app:update': true, 'app:transfer': true }): App {
  return {
    ...{ id: 'app_1', slug: 'shop', name: 'Shop', environment: 'production', can },
    team: { slug: 'crew', name: 'Crew' },
  } as unknown as App
}
