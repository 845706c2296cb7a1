import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { Suspense } from 'react'
import { expect, test } from 'vitest'
import { client } from '../api/client.ts'
import { useIdentityCheck } from '../api/identity-check.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { showInPage } from '../testing/show.tsx'
import { type Asked, refuse, startTinyApi } from '../testing/tiny-api.ts'
import { words } from '../words/en.ts'
import ConfirmIdentity from './confirm-identity.tsx'

const user = userEvent.setup()
const { proofs, instead } = words.confirm
const CONFIRM = 'POST /api/v1/session/confirm'
const END_ALL = 'DELETE /api/v1/sessions'

test('what needs a fresh sign-in goes on once the password was given', async () => {
  const { asked } = await start({ hasPassword: true, twoFactorEnabled: false })
  await press('Do it')

  await user.type(await screen.findByLabelText(proofs.password), 'secret words')
  expect(screen.queryByRole('button', { name: instead.code })).toBeNull()
  await press(words.confirm.submit)

  await screen.findByText('It is done.')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(bodiesOf(asked, CONFIRM)).toEqual([{ password: 'secret words' }])
  expect(bodiesOf(asked, END_ALL)).toHaveLength(2)
})

test('who has a second factor gives a code of it, or a recovery code', async () => {
  const { asked } = await start({ hasPassword: true, twoFactorEnabled: true })
  await press('Do it')

  await user.type(await screen.findByLabelText(proofs.code), '123')
  await press(instead.code)
  await user.type(screen.getByLabelText(proofs.recoveryCode), 'x2k9-4fjq{Enter}')

  await screen.findByText('It is done.')
  expect(bodiesOf(asked, CONFIRM)).toEqual([{ recoveryCode: 'x2k9-4fjq' }])
})

test('a wrong proof says so and can be mended; what waits for it is not done meanwhile', async () => {
  const { asked, wrong } = await start({ hasPassword: true, twoFactorEnabled: false })
  wrong.detail = 'The password is wrong.'
  await press('Do it')

  await user.type(await screen.findByLabelText(proofs.password), 'wrong words{Enter}')
  await screen.findByText('The password is wrong.')
  expect(screen.getByLabelText<HTMLInputElement>(proofs.password).value).toBe('wrong words')
  expect(bodiesOf(asked, END_ALL)).toHaveLength(1)
  wrong.detail = ''
  await press(words.confirm.submit)

  await screen.findByText('It is done.')
})

test.each([
  ['Escape', () => user.keyboard('{Escape}')],
  ['its button', () => press(words.cancel)],
])('left by %s, nothing is confirmed and nothing is done', async (_, leave) => {
  const { asked } = await start({ hasPassword: true, twoFactorEnabled: false })
  await press('Do it')
  await screen.findByLabelText(proofs.password)

  await leave()

  await screen.findByText('It was not done.')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(bodiesOf(asked, CONFIRM)).toEqual([])
  expect(bodiesOf(asked, END_ALL)).toHaveLength(1)
})

test('who has nothing to prove it with is told to sign in anew', async () => {
  const { asked } = await start({ hasPassword: false, twoFactorEnabled: false })
  await press('Do it')

  await screen.findByText(words.confirm.noProof)
  expect(screen.queryByRole('textbox')).toBeNull()
  await user.click(screen.getAllByRole('button', { name: words.close }).at(-1)!)

  await screen.findByText('It was not done.')
  expect(bodiesOf(asked, END_ALL)).toHaveLength(1)
})

/** A page whose only button ends all sessions, which needs a fresh sign-in. */
async function start(account: { hasPassword: boolean; twoFactorEnabled: boolean }) {
  const wrong = { detail: '' }
  let confirmed = false
  const { asked } = await startTinyApi({
    'GET /api/v1/account': () => account,
    [END_ALL]: () =>
      confirmed ? { ended: 1 } : refuse({ status: 403, code: 'fresh_sign_in_needed', detail: 'Sign in.' }),
    [CONFIRM]: () => {
      if (wrong.detail) return refuse({ status: 403, code: 'wrong_proof', detail: wrong.detail })
      confirmed = true
      return { confirmed: true }
    },
  })
  await showInPage(<Page />)
  return { asked, wrong }
}

function Page() {
  const isAsked = useIdentityCheck()
  const act = useAction({ run: () => client.call('sessions.end-all') })
  return (
    <>
      <Button onClick={() => act.mutate()}>Do it</Button>
      {act.isSuccess && <p>It is done.</p>}
      {act.isError && <p>It was not done.</p>}
      <Suspense fallback={null}>{isAsked && <ConfirmIdentity />}</Suspense>
    </>
  )
}

async function press(name: string): Promise<void> {
  await user.click(await screen.findByRole('button', { name }))
}

function bodiesOf(asked: readonly Asked[], what: string): unknown[] {
  return asked.filter(each => each.what === what).map(({ body }) => body)
}
