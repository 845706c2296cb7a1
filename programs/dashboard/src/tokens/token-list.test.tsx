import { useQuery } from '@tanstack/react-query'
import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { expect, test } from 'vitest'
import { type Token, teamQueries } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { tokenWords } from '../words/en/tokens.ts'
import { TokenList } from './token-list.tsx'

const user = userEvent.setup()
const SESSION = 'GET /api/v1/session'
const LIST = 'GET /api/v1/tokens'
const ROTATE = 'POST /api/v1/tokens/tok_1/rotate'
const REVOKE = 'DELETE /api/v1/tokens/tok_1'
const SIGNED_IN = { [SESSION]: () => ({ email: 'bob@example.org' }) }

test('a token is revoked after a question, and then only shown to whoever asks', async () => {
  let state = 'active'
  const { asked } = await startTinyApi({
    ...SIGNED_IN,
    [LIST]: () => [token({ state })],
    [REVOKE]: () => {
      state = 'revoked'
      return token({ state })
    },
  })
  await showTokens()
  const revoke = { name: `${tokenWords.revoke} Script` }

  await user.click(await screen.findByRole('button', revoke))
  await screen.findByRole('dialog', { name: tokenWords.revokeTitle('Script') })
  await user.keyboard('{Escape}')
  expect(asked.some(({ what }) => what === REVOKE)).toBe(false)
  await user.click(screen.getByRole('button', revoke))
  await user.click(within(screen.getByRole('dialog')).getByRole('button', { name: tokenWords.revoke }))

  await screen.findByText(tokenWords.revoked('Script'))
  await expect.poll(() => screen.queryByText('Script')).toBeNull()
  await user.click(screen.getByRole('button', { name: tokenWords.showEnded(1) }))
  screen.getByText('Script')
  screen.getByText(tokenWords.states.revoked)
  expect(screen.queryByRole('button', revoke)).toBeNull()
})

test('a token that cannot be revoked stays, and the question says why', async () => {
  const refusal = refuse({ status: 409, code: 'token_ended', detail: 'It has ended already.' })
  await startTinyApi({ ...SIGNED_IN, [LIST]: () => [token()], [REVOKE]: () => refusal })
  await showTokens()

  await user.click(await screen.findByRole('button', { name: `${tokenWords.revoke} Script` }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.click(dialog.getByRole('button', { name: tokenWords.revoke }))

  await dialog.findByText('It has ended already.')
  screen.getByText('Script')
})

test('a new secret is shown this once, and the one before works for as long as was chosen', async () => {
  const made = { token: token(), secret: 'sw_fresh' }
  const { asked } = await startTinyApi({ ...SIGNED_IN, [LIST]: () => [token()], [ROTATE]: () => made })
  await showTokens()

  await user.click(await screen.findByRole('button', { name: `${tokenWords.rotate}: Script` }))
  const dialog = within(await screen.findByRole('dialog', { name: tokenWords.rotateTitle('Script') }))
  await user.selectOptions(dialog.getByLabelText(tokenWords.overlap), '0')
  await user.selectOptions(dialog.getByLabelText(tokenWords.expires), 'never')
  await user.click(dialog.getByRole('button', { name: tokenWords.rotate }))

  await screen.findByText('sw_fresh')
  expect(asked.find(({ what }) => what === ROTATE)?.body).toEqual({
    ...{ overlapHours: 0, expiresInDays: 'never' },
  })
  await user.click(screen.getByRole('button', { name: tokenWords.understood }))
  expect(document.body.textContent).not.toContain('sw_fresh')
})

test('a new secret that is refused leaves what was chosen, and says why', async () => {
  const refusal = refuse({ status: 403, code: 'forbidden', detail: 'Tokens must end here.' })
  await startTinyApi({ ...SIGNED_IN, [LIST]: () => [token()], [ROTATE]: () => refusal })
  await showTokens()

  await user.click(await screen.findByRole('button', { name: `${tokenWords.rotate}: Script` }))
  const dialog = within(await screen.findByRole('dialog'))
  await user.selectOptions(dialog.getByLabelText(tokenWords.expires), 'never')
  await user.click(dialog.getByRole('button', { name: tokenWords.rotate }))

  await dialog.findByText('Tokens must end here.')
  expect(dialog.getByLabelText<HTMLSelectElement>(tokenWords.expires).value).toBe('never')
})

test('only its owner gives a token a new secret; others are told so and may revoke it', async () => {
  await startTinyApi({ ...SIGNED_IN, [LIST]: () => [token({ person: { email: 'eve@example.org' } })] })
  await showTokens()

  const rotate = await screen.findByRole('button', { name: `${tokenWords.rotate}: Script` })
  await user.click(rotate)

  expect(rotate.getAttribute('aria-disabled')).toBe('true')
  expect((await screen.findByRole('tooltip')).textContent).toContain(tokenWords.ownOnly)
  expect(screen.queryByRole('dialog')).toBeNull()
  screen.getByText('eve@example.org')
  const revoke = screen.getByRole('button', { name: `${tokenWords.revoke} Script` })
  expect(revoke.getAttribute('aria-disabled')).toBeNull()
})

async function showTokens(): Promise<void> {
  await showInPage(
    <Suspense>
      <Tokens />
    </Suspense>,
  )
}

function Tokens() {
  const { data: tokens = [] } = useQuery(teamQueries.tokens('own'))
  return <TokenList tokens={tokens} ofOthers />
}

function token(facts: object = {}): Token {
  return {
    ...{ id: 'tok_1', name: 'Script', hint: 'abcd', scopes: ['deploy'], state: 'active', apps: null },
    ...{ team: null, person: { email: 'bob@example.org' }, lastUsedAt: null, expiresAt: null },
    ...{ previousUntil: null, revokedAt: null, lastUsedFrom: null, ...facts },
  } as unknown as Token
}
