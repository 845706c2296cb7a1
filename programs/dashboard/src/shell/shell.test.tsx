import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, test } from 'vitest'
import { connection } from '../api/connection.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import CommandPalette from './command-palette.tsx'
import SessionDialog from './session-dialog.tsx'
import { applyTheme, readTheme } from './theme.ts'

const user = userEvent.setup()
const APPS = [
  { slug: 'shop', name: 'Shop <b>bold</b>\u202e', lastDeployment: null },
  { slug: 'blog', name: 'Blog', lastDeployment: null },
]
const PALETTE = { 'GET /api/v1/apps': () => APPS, 'GET /api/v1/account': () => ({ platformRole: 'member' }) }

afterEach(() => applyTheme('system'))

test('the palette finds a page of an app by a few letters, with nothing in its name that acts', async () => {
  await startTinyApi(PALETTE)
  let closed = 0
  const { path } = await showInPage(<CommandPalette onClose={() => closed++} />)

  await screen.findAllByText('blog')
  expect(document.querySelector('b')).toBeNull()
  expect(document.body.textContent).not.toContain('\u202e')
  await user.type(screen.getByRole('combobox'), 'shop env')
  await user.keyboard('{Enter}')

  await waitFor(() => expect(path()).toBe('/apps/shop/env'))
  expect(closed).toBe(1)
})

test('the palette changes the theme, and keeps from members what is for administrators', async () => {
  await startTinyApi(PALETTE)
  await showInPage(<CommandPalette onClose={() => undefined} />)

  expect(screen.queryByText('People')).toBeNull()
  await user.type(screen.getByRole('combobox'), 'dark')
  await user.keyboard('{Enter}')

  expect(readTheme()).toBe('dark')
})

test('the palette says when nothing fits', async () => {
  await startTinyApi(PALETTE)
  await showInPage(<CommandPalette onClose={() => undefined} />)

  await user.type(screen.getByRole('combobox'), 'zzzzqqq')

  expect(screen.queryAllByRole('option')).toEqual([])
})

test('a theme is kept in this browser, and what was kept wrongly counts for nothing', () => {
  applyTheme('dark')
  expect([readTheme(), document.documentElement.dataset.theme]).toEqual(['dark', 'dark'])
  applyTheme('system')
  expect([readTheme(), document.documentElement.dataset.theme]).toEqual(['system', undefined])
  localStorage.setItem('seaworthy-theme', 'plaid')

  expect(readTheme()).toBe('system')
})

test('a session that ended is opened again on top of the page; a wrong password says so', async () => {
  const wrong = { status: 401, code: 'wrong_credentials', detail: 'E-mail address or password are wrong.' }
  let isGood = false
  await startTinyApi({
    'POST /api/v1/session': () =>
      isGood ? { token: 't', identity: { kind: 'user', name: 'Ada' } } : refuse(wrong),
  })
  connection.sessionEnded()
  await showInPage(<SessionDialog />)

  await user.keyboard('{Escape}')
  await user.type(screen.getByLabelText('E-mail address'), 'ada@example.org')
  await user.type(screen.getByLabelText('Password'), 'nope{Enter}')
  await screen.findByText(wrong.detail)
  isGood = true
  await user.click(screen.getByRole('button', { name: 'Sign in' }))

  await waitFor(() => expect(connection.get().signedOut).toBe(false))
})
