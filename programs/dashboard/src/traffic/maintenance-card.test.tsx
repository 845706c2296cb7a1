import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { trafficWords } from '../words/en/traffic.ts'
import { MaintenanceCard } from './maintenance-card.tsx'

const words = trafficWords.maintenance
const user = userEvent.setup()
const SET = 'PUT /api/v1/apps/shop/maintenance'

test('an app is closed with what the page says and who gets it all the same', async () => {
  const { asked } = await startTinyApi({ [SET]: () => ({}) })
  await showInPage(<MaintenanceCard app={shop()} maintenance={null} />)
  expect(screen.queryByRole('button', { name: words.off })).toBeNull()

  await user.type(screen.getByLabelText(words.message), ' Back at noon ')
  await user.clear(screen.getByLabelText(words.hold))
  await user.type(screen.getByLabelText(words.hold), '20')
  await user.type(screen.getByLabelText(words.allow), '192.0.2.7, 192.0.2.8{Enter}2001:db8::/32{Enter}')
  await user.click(screen.getByRole('button', { name: words.on }))

  await screen.findByText(words.isOn)
  const allow = ['192.0.2.7', '192.0.2.8', '2001:db8::/32']
  expect(asked[0]).toEqual({ what: SET, body: { on: true, message: 'Back at noon', holdSeconds: 20, allow } })
})

test('a closed app is opened by one click, and nothing else is sent with it', async () => {
  const { asked } = await startTinyApi({ [SET]: () => ({}) })
  await showInPage(<MaintenanceCard app={shop()} maintenance={CLOSED} />)

  await user.click(screen.getByRole('button', { name: words.off }))

  await screen.findByText(words.isOff)
  expect(asked).toEqual([{ what: SET, body: { on: false } }])
})

test('a closed app shows how it is closed, and what is changed there is sent with the rest', async () => {
  const { asked } = await startTinyApi({ [SET]: () => ({}) })
  await showInPage(<MaintenanceCard app={shop()} maintenance={CLOSED} />)

  await user.clear(screen.getByLabelText(words.message))
  await user.click(screen.getByRole('button', { name: words.change }))

  await expect.poll(() => asked).toHaveLength(1)
  expect(asked[0]?.body).toEqual({ on: true, holdSeconds: 5, allow: ['192.0.2.7'] })
})

test.each([
  ['message', words.message],
  ['holdSeconds', words.hold],
  ['allow', words.allow],
])('a %s that is refused says why beside its field, and stays to be mended', async (path, label) => {
  const errors = [{ path: `body.${path}`, message: 'is not right yet' }]
  await startTinyApi({
    [SET]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  await showInPage(<MaintenanceCard app={shop()} maintenance={null} />)
  await user.type(screen.getByLabelText(label), '7')

  await user.click(screen.getByRole('button', { name: words.on }))

  await screen.findByText('is not right yet')
  const field = screen.getByLabelText<HTMLInputElement>(label)
  expect(field.getAttribute('aria-invalid')).toBe('true')
  expect(field.value).toMatch(/7$/)
})

test('an address that is none is named beside the list', async () => {
  const errors = [{ path: 'allow.1', message: 'must be an address' }]
  await startTinyApi({
    [SET]: () => refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors }),
  })
  await showInPage(<MaintenanceCard app={shop()} maintenance={null} />)

  await user.type(screen.getByLabelText(words.allow), '192.0.2.7{Enter}nonsense')
  await user.click(screen.getByRole('button', { name: words.on }))

  await screen.findByText('nonsense: must be an address')
  expect(screen.getByLabelText(words.allow).getAttribute('aria-invalid')).toBe('true')
})

test('who may not close the app cannot', async () => {
  const { asked } = await startTinyApi({ [SET]: () => ({}) })
  await showInPage(<MaintenanceCard app={shop('This needs the role developer.')} maintenance={CLOSED} />)

  await user.click(screen.getByRole('button', { name: words.off }))
  await user.click(screen.getByRole('button', { name: words.change }))

  expect(asked).toEqual([])
})

const CLOSED = { message: 'Back at noon', holdSeconds: 5, allow: ['192.0.2.7'] } as never

function shop(may: true | string = true): App {
  return { slug: 'shop', can: { 'maintenance:write': may } } as unknown as App
}
