import { act, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { connection } from '../api/connection.ts'
import { identityCheck } from '../api/identity-check.ts'
import { showInPage } from '../testing/show.tsx'
import { type Answers, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import { words } from '../words/en.ts'
import { AppShell } from './app-shell.tsx'

const user = userEvent.setup()
const FACTOR = 'GET /api/v1/account/second-factor'
const { factor } = accountWords

// What the frame loads when it is needed: a busy machine takes longer for that than a test waits.
beforeAll(async () => {
  await import('./session-dialog.tsx')
  await import('./confirm-identity.tsx')
  await import('./command-palette.tsx')
  await import('../account/factor-demand.tsx')
})

afterEach(() => {
  connection.signedIn()
  identityCheck.answer(false)
})

test('members are led to all pages but those of administrators, and the present one is marked', async () => {
  await showShell({}, '/teams/crew')

  const pages = within(await screen.findByRole('navigation', { name: words.nav.main }))
  await screen.findByText('ada@example.org')
  expect(pages.getAllByRole('link').map(link => link.textContent)).toEqual([
    ...[words.nav.apps, words.nav.teams, words.nav.audit, words.nav.platform],
  ])
  const here = pages.getAllByRole('link').filter(link => link.hasAttribute('aria-current'))
  expect(here.map(link => link.textContent)).toEqual([words.nav.teams])
})

test('administrators are led to the people too', async () => {
  const { path } = await showShell({ 'GET /api/v1/account': () => ({ platformRole: 'admin' }) })

  await user.click(await screen.findByRole('link', { name: words.nav.people }))

  await expect.poll(path).toBe('/people')
  screen.getByRole('link', { name: words.nav.people, current: 'page' })
})

test('on a small screen the menu opens by its button, and closes once a page was chosen', async () => {
  const { path } = await showShell()

  await user.click(await screen.findByRole('button', { name: words.nav.open }))
  expect(screen.getByRole('button', { name: words.close }).getAttribute('aria-expanded')).toBe('true')
  await user.click(screen.getByRole('link', { name: words.nav.teams }))

  await expect.poll(path).toBe('/teams')
  expect(screen.getByRole('button', { name: words.nav.open }).getAttribute('aria-expanded')).toBe('false')
})

test('the palette opens by its keys and by its button, and closes by the keys and by Escape', async () => {
  await showShell()
  const search = await screen.findByRole('button', { name: new RegExp(`^${words.nav.search}`) })

  await user.keyboard('{Control>}k{/Control}')
  await screen.findByRole('combobox')
  await user.keyboard('{Control>}k{/Control}')
  await expect.poll(() => screen.queryByRole('combobox')).toBeNull()
  await user.click(search)
  await screen.findByRole('combobox')
  await user.keyboard('{Escape}')

  await expect.poll(() => screen.queryByRole('combobox')).toBeNull()
})

test('whoever must have a second factor sets it up first, and is let go once the codes are kept', async () => {
  let enabled = false
  await showShell({
    [FACTOR]: () => ({ required: true, enabled, recoveryCodesLeft: 10 }),
    'POST /api/v1/account/second-factor': () => ({ secret: 'ABCD', qr: '<svg/>' }),
    'POST /api/v1/account/second-factor/confirm': () => {
      enabled = true
      return { recoveryCodes: ['aaaa-bbbb'] }
    },
  })

  await screen.findByText(factor.demandTitle)
  await user.type(screen.getByLabelText(factor.password), 'secret words{Enter}')
  await user.type(await screen.findByLabelText(accountWords.signIn.code), '123456{Enter}')
  await screen.findByText('aaaa-bbbb')
  screen.getByText(factor.demandTitle)
  await user.click(screen.getByRole('switch', { name: factor.kept }))
  await user.click(screen.getByRole('button', { name: factor.done }))

  await expect.poll(() => screen.queryByText(factor.demandTitle)).toBeNull()
})

test('a session that ended is asked for on top of the page, and nothing else leads away', async () => {
  await showShell()
  await screen.findByText('ada@example.org')

  act(() => connection.sessionEnded())

  await screen.findByRole('dialog', { name: words.session.ended })
  await user.keyboard('{Escape}')
  screen.getByRole('dialog', { name: words.session.ended })
  expect(screen.getByLabelText<HTMLInputElement>(words.session.email).value).toBe('ada@example.org')
})

test('what needs a confirmation is asked for on top of the page, and can be left', async () => {
  await showShell()
  await screen.findByText('ada@example.org')

  let asking: Promise<boolean> | undefined
  act(() => {
    asking = identityCheck.ask()
  })
  await screen.findByRole('dialog', { name: words.confirm.title })
  await user.keyboard('{Escape}')

  expect(await asking).toBe(false)
  expect(screen.queryByRole('dialog')).toBeNull()
})

async function showShell(answers: Answers = {}, address?: string) {
  await startTinyApi({
    'GET /api/v1/session': () => ({ kind: 'user', name: 'Ada', email: 'ada@example.org' }),
    'GET /api/v1/account': () => ({ platformRole: 'member', hasPassword: true, twoFactorEnabled: false }),
    'GET /api/v1/apps': () => [],
    [FACTOR]: () => ({ required: false, enabled: false, recoveryCodesLeft: 0 }),
    ...answers,
  })
  return showInPage(
    <Suspense fallback={null}>
      <AppShell />
    </Suspense>,
    address,
  )
}
