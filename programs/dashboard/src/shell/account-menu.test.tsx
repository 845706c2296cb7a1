import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { keys } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { type Answers, type Asked, refuse, startTinyApi } from '../testing/tiny-api.ts'
import { words } from '../words/en.ts'
import { AccountCorner } from './account-corner.tsx'
import { applyTheme, readTheme } from './theme.ts'

const user = userEvent.setup()
const SIGN_OUT = 'DELETE /api/v1/session'

// What the widget loads when it is needed: a busy machine takes longer for that than a test waits.
beforeAll(async () => void (await import('./account-menu.tsx')))

afterEach(() => applyTheme('system'))

test('the corner says who is signed in, with nothing in the name that acts', async () => {
  await showCorner({}, { name: 'Ada \u202e<b>x</b>', email: 'ada@example.org' })

  await screen.findByText('ada@example.org')
  expect(document.body.textContent).not.toContain('\u202e')
  expect(document.querySelector('b')).toBeNull()
})

test('who is signed in without an account, on the machine itself, is called so', async () => {
  await showCorner({}, { name: null, email: null })

  await screen.findByText(words.session.local)
})

test('the first press opens the menu, which leads to the account and is closed then', async () => {
  const { path } = await showCorner()

  await choose(words.nav.account)

  await expect.poll(path).toBe('/account')
  expect(screen.queryByRole('menu')).toBeNull()
})

test('the menu leads to the tokens, and keeps a theme that was chosen', async () => {
  const { path } = await showCorner()

  await choose(words.nav.themes.dark)
  expect(readTheme()).toBe('dark')
  await choose(words.nav.tokens)

  await expect.poll(path).toBe('/account/tokens')
})

test('signing out leads to the sign-in, and forgets what the page knew', async () => {
  const { asked, path, isKnown } = await showCorner({ [SIGN_OUT]: () => ({ ended: true }) })

  await choose(words.session.signOut)

  await expect.poll(path).toBe('/sign-in')
  await expect.poll(isKnown).toBe(false)
  expect(bodiesOf(asked, SIGN_OUT)).toHaveLength(1)
})

test('a sign-out that failed leaves one where one is, with the reason', async () => {
  const detail = 'Too much at once.'
  const { path, isKnown } = await showCorner({
    [SIGN_OUT]: () => refuse({ status: 503, code: 'under_pressure', detail }),
  })

  await choose(words.session.signOut)

  await screen.findByText(detail)
  expect([path(), isKnown()]).toEqual(['/', true])
  screen.getByText('ada@example.org')
})

async function showCorner(
  answers: Answers = {},
  identity: object = { name: 'Ada', email: 'ada@example.org' },
) {
  const { asked } = await startTinyApi({ 'GET /api/v1/session': () => identity, ...answers })
  const known: { queries?: QueryClient } = {}
  const { path } = await showInPage(<Page known={known} />)
  return { asked, path, isKnown: () => known.queries?.getQueryData(keys.session) !== undefined }
}

/** As in the dashboard, whose frame is no part of the page to sign in. */
function Page({ known }: { known: { queries?: QueryClient } }) {
  const { pathname } = useLocation()
  known.queries = useQueryClient()
  if (pathname === '/sign-in') return null
  return (
    <Suspense fallback={null}>
      <AccountCorner />
    </Suspense>
  )
}

async function choose(item: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name: words.nav.account }))
  await user.click(await screen.findByRole('menuitem', { name: item }))
}

function bodiesOf(asked: readonly Asked[], what: string): unknown[] {
  return asked.filter(each => each.what === what).map(({ body }) => body)
}
