import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import { SetupPage } from './setup.tsx'

const user = userEvent.setup()
const STATE = 'GET /api/v1/setup'
const CLAIM = 'POST /api/v1/setup'
const { setup } = pageWords

test('whoever has the link becomes the owner, and is welcomed on the first page', async () => {
  const { asked } = await startTinyApi({
    [STATE]: () => ({ claimed: false }),
    [CLAIM]: () => ({ identity: { kind: 'user', name: 'Ada' } }),
  })
  const { path } = await showInPage(<SetupPage />, '/setup#token=abc')

  await fill('ada@example.org', 'secret words')
  await user.click(screen.getByRole('button', { name: setup.submit }))

  await screen.findByText(setup.welcome('Ada'))
  expect(path()).toBe('/')
  expect(asked.find(({ what }) => what === CLAIM)?.body).toEqual({
    ...{ token: 'abc', name: 'Ada', email: 'ada@example.org', password: 'secret words' },
  })
})

test('what is wrong is told beside its field, and nothing that was typed is lost', async () => {
  const errors = [
    { path: 'body.email', message: 'is not an address' },
    { path: 'body.password', message: 'needs 10 characters' },
  ]
  await startTinyApi({
    [STATE]: () => ({ claimed: false }),
    [CLAIM]: () => refuse({ status: 400, code: 'invalid', detail: 'Not right.', errors }),
  })
  const { path } = await showInPage(<SetupPage />, '/setup#token=abc')

  await fill('ada', 'words')
  await user.keyboard('{Enter}')

  await screen.findByText('is not an address')
  screen.getByText('needs 10 characters')
  expect(screen.queryByText('Not right.')).toBeNull()
  const typed = [setup.name, words.session.email, words.session.password]
  expect(typed.map(label => screen.getByLabelText<HTMLInputElement>(label).value)).toEqual([
    ...['Ada', 'ada', 'words'],
  ])
  expect(path()).toBe('/setup')
})

test('a link that is too old says so, and the form stays', async () => {
  const detail = 'This setup link is too old.'
  await startTinyApi({
    [STATE]: () => ({ claimed: false }),
    [CLAIM]: () => refuse({ status: 403, code: 'setup_token_wrong', detail }),
  })
  await showInPage(<SetupPage />, '/setup#token=old')

  await fill('ada@example.org', 'secret words')
  await user.keyboard('{Enter}')

  await screen.findByText(detail)
  expect(screen.getByLabelText<HTMLInputElement>(setup.name).value).toBe('Ada')
})

test('without a token there is nothing to fill in, but the command that prints a new link', async () => {
  await startTinyApi({ [STATE]: () => ({ claimed: false }) })
  await showInPage(<SetupPage />, '/setup')

  await screen.findByText(setup.noToken)
  expect(screen.queryByRole('textbox')).toBeNull()
  screen.getByText('npx seaworthy up')
})

test('a platform that has its owner is not offered again, even to who has a link', async () => {
  await startTinyApi({ [STATE]: () => ({ claimed: true }) })
  const { path } = await showInPage(<SetupPage />, '/setup#token=abc')

  await expect.poll(path).toBe('/')
})

async function fill(email: string, password: string): Promise<void> {
  await user.type(await screen.findByLabelText(setup.name), 'Ada')
  await user.type(screen.getByLabelText(words.session.email), email)
  await user.type(screen.getByLabelText(words.session.password), password)
}
