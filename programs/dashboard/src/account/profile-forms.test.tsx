import { useQuery } from '@tanstack/react-query'
import { screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { DataOf } from '../api/client.ts'
import { queries } from '../api/queries.ts'
import { showInPage } from '../testing/show.tsx'
import { type Asked, refuse, startTinyApi } from '../testing/tiny-api.ts'
import { accountWords } from '../words/en/account.ts'
import { words as general } from '../words/en.ts'
import { ChangeEmail } from './change-email.tsx'
import { ChangeName } from './change-name.tsx'
import { ChangePassword } from './change-password.tsx'

type Account = DataOf<'account.get'>

const user = userEvent.setup()
const { profile, password } = accountWords
const READ = 'GET /api/v1/account'
const NAME = 'PATCH /api/v1/account'
const EMAIL = 'PUT /api/v1/account/email'
const PASSWORD = 'PUT /api/v1/account/password'

test('a new name is saved, and what shows the account is asked for again', async () => {
  let name = 'Ada'
  const { asked } = await startTinyApi({
    [READ]: () => account({ name }),
    [NAME]: body => {
      name = (body as Account).name
      return account({ name })
    },
  })
  await showInPage(<NamePage />)
  await screen.findByText('Signed in: Ada')

  await retype(profile.name, 'Ada Lovelace')
  await user.click(screen.getByRole('button', { name: general.save }))

  await screen.findByText(profile.saved)
  await screen.findByText('Signed in: Ada Lovelace')
  expect(bodiesOf(asked, NAME)).toEqual([{ name: 'Ada Lovelace' }])
})

test('a name that is refused stays as it was typed, with the reason beside it', async () => {
  await startTinyApi({ [NAME]: () => invalid('name', 'must not be empty') })
  await showInPage(<ChangeName account={account()} />)

  await retype(profile.name, '  ')
  await user.click(screen.getByRole('button', { name: general.save }))

  await saidBeside(profile.name, 'must not be empty')
  expect(typedIn(profile.name)).toBe('  ')
  expect(screen.queryByText(profile.saved)).toBeNull()
})

test('another address is asked for with the password, and the form is empty afterwards', async () => {
  const { asked } = await startTinyApi({ [EMAIL]: () => ({ sent: true }) })
  await showInPage(<ChangeEmail account={account()} />)

  screen.getByText(profile.confirmed)
  await user.type(screen.getByLabelText(profile.newEmail), 'ada@new.example')
  await user.type(screen.getByLabelText(profile.password), 'secret words{Enter}')

  await screen.findByText(profile.emailAsked('ada@new.example'))
  expect(bodiesOf(asked, EMAIL)).toEqual([{ email: 'ada@new.example', password: 'secret words' }])
  expect([typedIn(profile.newEmail), typedIn(profile.password)]).toEqual(['', ''])
  screen.getByText('ada@example.org')
})

test('an unconfirmed address is offered for its own confirmation, without a password where there is none', async () => {
  const { asked } = await startTinyApi({ [EMAIL]: () => ({ sent: true }) })
  await showInPage(<ChangeEmail account={account({ emailVerified: false, hasPassword: false })} />)

  screen.getByText(profile.unconfirmedHint)
  expect(screen.queryByLabelText(profile.password)).toBeNull()
  expect(typedIn(profile.emailToConfirm)).toBe('ada@example.org')
  await user.click(screen.getByRole('button', { name: profile.changeEmail }))

  await screen.findByText(profile.emailAsked('ada@example.org'))
  expect(bodiesOf(asked, EMAIL)).toEqual([{ email: 'ada@example.org' }])
})

test('an address that is refused stays in its field, with each reason beside its own field', async () => {
  await startTinyApi({
    [EMAIL]: () => invalid('email', 'is not an address', { path: 'body.password', message: 'is needed' }),
  })
  await showInPage(<ChangeEmail account={account()} />)

  await user.type(screen.getByLabelText(profile.newEmail), 'ada at home{Enter}')

  await saidBeside(profile.newEmail, 'is not an address')
  await saidBeside(profile.password, 'is needed')
  expect(typedIn(profile.newEmail)).toBe('ada at home')
})

test('a new password is sent with the present one, and neither stays on the page', async () => {
  const { asked } = await startTinyApi({ [PASSWORD]: () => ({ sessionsEnded: 2 }) })
  await showInPage(<ChangePassword account={account()} />)

  await user.type(screen.getByLabelText(password.current), 'old words')
  await user.type(screen.getByLabelText(password.new), 'new words')
  await user.click(screen.getByRole('button', { name: password.change }))

  await screen.findByText(password.changed(2))
  expect(bodiesOf(asked, PASSWORD)).toEqual([{ currentPassword: 'old words', newPassword: 'new words' }])
  expect([typedIn(password.current), typedIn(password.new)]).toEqual(['', ''])
})

test('who has no password chooses one without a present one', async () => {
  const { asked } = await startTinyApi({ [PASSWORD]: () => ({ sessionsEnded: 0 }) })
  await showInPage(<ChangePassword account={account({ hasPassword: false })} />)

  expect(screen.queryByLabelText(password.current)).toBeNull()
  await user.type(screen.getByLabelText(password.new), 'new words{Enter}')

  await screen.findByText(password.changed(0))
  expect(bodiesOf(asked, PASSWORD)).toEqual([{ newPassword: 'new words' }])
})

test('a wrong present password is told beside it, and what was typed stays', async () => {
  const answer = Promise.withResolvers<unknown>()
  const { asked } = await startTinyApi({ [PASSWORD]: () => answer.promise })
  await showInPage(<ChangePassword account={account()} />)

  await user.type(screen.getByLabelText(password.current), 'wrong words')
  await user.type(screen.getByLabelText(password.new), 'new words')
  const change = screen.getByRole('button', { name: password.change })
  await user.click(change)
  await waitFor(() => expect(change.getAttribute('aria-busy')).toBe('true'))
  await user.click(change)
  answer.resolve(invalid('currentPassword', 'is wrong'))

  await saidBeside(password.current, 'is wrong')
  expect([typedIn(password.current), typedIn(password.new)]).toEqual(['wrong words', 'new words'])
  expect(bodiesOf(asked, PASSWORD)).toHaveLength(1)
})

function NamePage() {
  const { data } = useQuery(queries.account())
  if (!data) return null
  return (
    <>
      <p>Signed in: {data.name}</p>
      <ChangeName account={data} />
    </>
  )
}

async function retype(label: string, text: string): Promise<void> {
  await user.clear(screen.getByLabelText(label))
  await user.type(screen.getByLabelText(label), text)
}

async function saidBeside(label: string, reason: string): Promise<void> {
  await screen.findByText(reason)
  const about = screen.getByLabelText(label).getAttribute('aria-describedby')!.split(' ')
  expect(about.map(id => document.getElementById(id)!.textContent)).toContain(reason)
}

function typedIn(label: string): string {
  return screen.getByLabelText<HTMLInputElement>(label).value
}

function bodiesOf(asked: readonly Asked[], what: string): unknown[] {
  return asked.filter(each => each.what === what).map(({ body }) => body)
}

function invalid(field: string, message: string, ...more: { path: string; message: string }[]): unknown {
  const errors = [{ path: `body.${field}`, message }, ...more]
  return refuse({ status: 400, code: 'invalid', detail: 'The input is not valid.', errors })
}

function account(changes: Partial<Account> = {}): Account {
  const known = { name: 'Ada', email: 'ada@example.org', emailVerified: true, hasPassword: true }
  return { ...known, ...changes } as Account
}
