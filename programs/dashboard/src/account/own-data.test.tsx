import { useQuery } from '@tanstack/react-query'
import { useLocation } from '@tanstack/react-router'
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { type Asked, refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import { words as general } from '../words/en.ts'
import { accountQueries, type OwnExport } from './account-queries.ts'
import { DeleteAccount } from './delete-account.tsx'
import { EndAllSessions } from './end-all-sessions.tsx'
import { ExportOwnData } from './export-own-data.tsx'

const user = userEvent.setup()
const { data: words, sessions } = accountWords
const DELETE = 'POST /api/v1/account/delete'
const STATE = 'GET /api/v1/account/export'
const EXPORT = 'POST /api/v1/account/export'
const END_ALL = 'DELETE /api/v1/sessions'
const EMAIL = 'ada@example.org'

test('an account is deleted once its address was typed, and the page leads to the receipt', async () => {
  const { asked } = await startTinyApi({ [DELETE]: () => ({ code: 'del_123' }) })
  await showInPage(<Deleting />)

  const dialog = await openQuestion()
  await user.click(dialog.getByRole('button', { name: words.deleteTitle }))
  await user.type(dialog.getByLabelText(words.typeFirst(EMAIL)), 'ada@example.or')
  await user.click(dialog.getByRole('button', { name: words.deleteTitle }))
  expect(asked).toEqual([])
  await user.type(dialog.getByLabelText(words.typeFirst(EMAIL)), 'g')
  await user.click(dialog.getByRole('button', { name: words.deleteTitle }))

  await screen.findByText('/sign-in/deleted#code=del_123')
  expect(bodiesOf(asked, DELETE)).toEqual([{ confirm: EMAIL }])
})

test('the question about deleting is left without a trace', async () => {
  const { asked } = await startTinyApi({})
  await showInPage(<Deleting />)

  const dialog = await openQuestion()
  await user.type(dialog.getByLabelText(words.typeFirst(EMAIL)), EMAIL)
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()

  const again = await openQuestion()
  expect(again.getByLabelText<HTMLInputElement>(words.typeFirst(EMAIL)).value).toBe('')
  await user.click(again.getByRole('button', { name: general.cancel }))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(asked).toEqual([])
})

test('an account that cannot be deleted yet says why in the question', async () => {
  const detail = 'You are the last owner of Crew.'
  await startTinyApi({ [DELETE]: () => refuse({ status: 409, code: 'last_owner', detail }) })
  await showInPage(<Deleting />)

  const dialog = await openQuestion()
  await user.type(dialog.getByLabelText(words.typeFirst(EMAIL)), EMAIL)
  await user.click(dialog.getByRole('button', { name: words.deleteTitle }))

  await dialog.findByText(detail)
  expect(dialog.getByLabelText<HTMLInputElement>(words.typeFirst(EMAIL)).value).toBe(EMAIL)
  screen.getByText('/')
})

test('signing out everywhere is asked for first, and leads to the sign-in', async () => {
  let closed = 0
  const { asked } = await startTinyApi({ [END_ALL]: () => ({ ended: 3 }) })
  const { path } = await showInPage(<EndAllSessions onClose={() => closed++} />)

  await screen.findByRole('dialog', { name: sessions.endAllTitle })
  await user.keyboard('{Escape}')
  expect([closed, asked]).toEqual([1, []])
  await user.click(screen.getByRole('button', { name: sessions.endAll }))

  await expect.poll(path).toBe('/sign-in')
  expect(bodiesOf(asked, END_ALL)).toHaveLength(1)
})

test('sessions that could not be ended leave one where one is, with the reason', async () => {
  const detail = 'Too much at once.'
  await startTinyApi({ [END_ALL]: () => refuse({ status: 503, code: 'under_pressure', detail }) })
  const { path } = await showInPage(<EndAllSessions onClose={() => undefined} />)

  await user.click(screen.getByRole('button', { name: sessions.endAll }))

  await screen.findByText(detail)
  expect(path()).toBe('/')
  screen.getByRole('dialog', { name: sessions.endAllTitle })
})

test('data is gathered when asked for, and can be downloaded when it is ready', async () => {
  let state: OwnExport | null = null
  const { asked } = await startTinyApi({
    [STATE]: () => state ?? none(),
    [EXPORT]: () => {
      state = found('running')
      return state
    },
  })
  await showInPage(<Exporting />)

  await user.click(await screen.findByRole('button', { name: words.ask }))
  await screen.findByText(words.gathering)
  const again = screen.getByRole('button', { name: words.askAgain })
  expect(again.getAttribute('aria-disabled')).toBe('true')
  await user.click(again)
  expect(bodiesOf(asked, EXPORT)).toHaveLength(1)
  state = found('ready')

  const download = await screen.findByRole('link', { name: words.download }, { timeout: 3_000 })
  expect(download.getAttribute('href')).toBe('/api/v1/account/export/file')
  screen.getByText('7')
  screen.getByText('c0ffee')
})

test.each([
  ['failed', words.failed],
  ['expired', words.expired],
] as const)('data whose gathering %s is not offered, but can be gathered anew', async (state, said) => {
  const { asked } = await startTinyApi({ [EXPORT]: () => found('queued') })
  await showInPage(<ExportOwnData found={found(state)} />)

  screen.getByText(said)
  expect(screen.queryByRole('link')).toBeNull()
  await user.click(screen.getByRole('button', { name: words.askAgain }))

  await expect.poll(() => bodiesOf(asked, EXPORT)).toHaveLength(1)
})

function Deleting() {
  const { href } = useLocation()
  return (
    <>
      <p>{href}</p>
      <DeleteAccount email={EMAIL} />
    </>
  )
}

function Exporting() {
  const { data } = useQuery(accountQueries.ownExport())
  return data !== undefined && <ExportOwnData found={data?.state ? data : null} />
}

async function openQuestion() {
  await user.click(await screen.findByRole('button', { name: words.deleteTitle }))
  return within(await screen.findByRole('dialog', { name: words.deleteQuestion }))
}

function bodiesOf(asked: readonly Asked[], what: string): unknown[] {
  return asked.filter(each => each.what === what).map(({ body }) => body)
}

/** The tiny server takes null for no answer at all. */
function none(): unknown {
  return {}
}

function found(state: OwnExport['state']): OwnExport {
  const receipt = { counts: { sessions: 3, tokens: 4 }, bytes: 2_048, sha256: 'c0ffee' }
  return {
    state,
    expiresAt: '2026-01-02T00:00:00.000Z',
    receipt: state === 'ready' ? receipt : null,
  } as OwnExport
}
