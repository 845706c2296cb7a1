import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { GeneralSettings } from './general-settings.tsx'

const user = userEvent.setup()
const APP = {
  slug: 'shop',
  name: 'Shop',
  state: 'active',
  sleepAfterMinutes: null,
  currentRelease: null,
  can: { 'app:update': true },
} as unknown as App
const PLAN = {
  changes: [{ key: 'sleepAfterMinutes', before: null, after: 30 }],
  effects: [{ text: 'It sleeps after 30 minutes without a request.', tone: 'calm' }],
}

test('a change is planned first, and made only when the plan was accepted', async () => {
  const { asked } = await startTinyApi({
    'POST /api/v1/apps/shop/plan': () => PLAN,
    'PATCH /api/v1/apps/shop': () => APP,
  })
  await showInPage(<GeneralSettings app={APP} />)

  await user.type(screen.getByLabelText('Fall asleep after (minutes)'), '30')
  await user.click(screen.getByRole('button', { name: 'See what changes' }))
  await screen.findByText('It sleeps after 30 minutes without a request.')
  expect(asked.map(({ what }) => what)).toEqual(['POST /api/v1/apps/shop/plan'])
  await user.click(screen.getByRole('button', { name: 'Change it' }))

  await screen.findByText('The settings are saved.')
  expect(asked.at(-1)).toEqual({
    what: 'PATCH /api/v1/apps/shop',
    body: { name: 'Shop', sleepAfterMinutes: 30 },
  })
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})

test('what the plan refuses stands beside its field', async () => {
  await startTinyApi({
    'POST /api/v1/apps/shop/plan': () =>
      refuse({
        status: 400,
        code: 'validation_failed',
        detail: 'Not right.',
        errors: [{ path: 'body.settings.name', message: 'must have a letter' }],
      }),
  })
  await showInPage(<GeneralSettings app={APP} />)

  await user.type(screen.getByLabelText('Name'), '!')
  await user.click(screen.getByRole('button', { name: 'See what changes' }))

  await screen.findByText('must have a letter')
  expect(screen.getByLabelText('Name').getAttribute('aria-invalid')).toBe('true')
})

test('nothing can be pressed before something is changed, nor by who may not', async () => {
  await startTinyApi({})
  await showInPage(<GeneralSettings app={{ ...APP, can: { 'app:update': 'You are a viewer here.' } }} />)

  expect(screen.getByRole('button', { name: 'See what changes' }).getAttribute('aria-disabled')).toBe('true')
})
