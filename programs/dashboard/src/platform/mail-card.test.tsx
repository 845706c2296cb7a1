import { screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { showInPage } from '../testing/show.tsx'
import { refuse, startTinyApi } from '../testing/tiny-api.ts'
import { upkeepWords as words } from '../words/en/upkeep.ts'
import { MailCard } from './mail-card.tsx'

const user = userEvent.setup()
const ACCOUNT = 'GET /api/v1/account'
const SEND = 'POST /api/v1/mail/test'
const SERVER = { kind: 'smtp', to: 'smtp://mail.example.com', from: 'sea@example.com' } as const
const FILE = { kind: 'file', to: '/home/outbox', from: null } as const

test('an administrator sends a test mail, and is told where it went', async () => {
  const { asked } = await startTinyApi({ [ACCOUNT]: () => ADMIN, [SEND]: () => ({ kind: 'smtp', to: 'x' }) })
  await showInPage(<MailCard mail={SERVER} />)

  await user.click(await screen.findByRole('button', { name: words.testMail }))
  await user.type(screen.getByLabelText(words.testMailTo), ' ann@example.com {Enter}')

  await screen.findByText(words.testMailSent('ann@example.com'))
  expect(asked.find(({ what }) => what === SEND)?.body).toEqual({ to: 'ann@example.com' })
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a mail that cannot be sent says why, and the address stays', async () => {
  const refusal = refuse({ status: 502, code: 'mail_failed', detail: 'The server refused the sender.' })
  await startTinyApi({ [ACCOUNT]: () => ADMIN, [SEND]: () => refusal })
  await showInPage(<MailCard mail={SERVER} />)
  await user.click(await screen.findByRole('button', { name: words.testMail }))

  await user.type(screen.getByLabelText(words.testMailTo), 'ann@example.com{Enter}')

  await screen.findByText('The server refused the sender.')
  expect(screen.getByLabelText<HTMLInputElement>(words.testMailTo).value).toBe('ann@example.com')
})

test('an address that is none is refused beside its field', async () => {
  const errors = [{ path: 'to', message: 'is no address' }]
  const refusal = refuse({ status: 422, code: 'invalid_input', detail: 'Look again.', errors })
  await startTinyApi({ [ACCOUNT]: () => ADMIN, [SEND]: () => refusal })
  await showInPage(<MailCard mail={SERVER} />)
  await user.click(await screen.findByRole('button', { name: words.testMail }))

  await user.type(screen.getByLabelText(words.testMailTo), 'ann{Enter}')

  await screen.findByText('is no address')
  expect(screen.getByLabelText(words.testMailTo).getAttribute('aria-invalid')).toBe('true')
})

test('mail that only goes to a file says that it reaches nobody', async () => {
  await startTinyApi({ [ACCOUNT]: () => ADMIN, [SEND]: () => ({ kind: 'file', to: '/home/outbox' }) })
  await showInPage(<MailCard mail={FILE} />)
  screen.getByText(words.mailFile)

  await user.click(await screen.findByRole('button', { name: words.testMail }))
  await user.type(screen.getByLabelText(words.testMailTo), 'ann@example.com{Enter}')

  await screen.findByText(words.testMailFile)
})

test('who is no administrator sends none', async () => {
  const { asked } = await startTinyApi({ [ACCOUNT]: () => ({ platformRole: 'user' }) })
  await showInPage(<MailCard mail={SERVER} />)

  await expect.poll(() => asked).toHaveLength(1)
  await screen.findByText('sea@example.com')
  expect(screen.queryByRole('button', { name: words.testMail })).toBeNull()
})

const ADMIN = { platformRole: 'admin' }
