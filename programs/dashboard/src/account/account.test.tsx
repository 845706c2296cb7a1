import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { expect, test } from 'vitest'
import { ApiError } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { ToastProvider } from '../components/toast.tsx'
import { TooltipProvider } from '../components/tooltip.tsx'
import { FactorField, givenFactor } from './factor-field.tsx'
import { NewPasswordField } from './password-field.tsx'
import { RecoveryCodes } from './recovery-codes.tsx'
import { pendingTokenOf } from './use-signed-in.ts'

const user = userEvent.setup()

function show(content: ReactNode) {
  return render(
    <QueryClientProvider client={new QueryClient()}>
      <TooltipProvider>
        <ToastProvider>{content}</ToastProvider>
      </TooltipProvider>
    </QueryClientProvider>,
  )
}

test('a second factor is proved by a code, or after a press by a recovery code', async () => {
  const { container } = show(
    <form>
      <FactorField />
    </form>,
  )
  const given = () => givenFactor(new FormData(container.querySelector('form')!))

  await user.type(screen.getByLabelText('Code of your authenticator app'), '123456')
  expect(given()).toEqual({ code: '123456' })

  await user.click(screen.getByRole('button', { name: 'Use a recovery code instead' }))
  expect(given()).toEqual({})
  await user.type(screen.getByLabelText('Recovery code'), 'x2k9-4fjq')
  expect(given()).toEqual({ recoveryCode: 'x2k9-4fjq' })
  expect(document.activeElement).toBe(screen.getByLabelText('Recovery code'))
})

test('recovery codes stay on the page until somebody says that they keep them', async () => {
  let done = 0
  show(<RecoveryCodes codes={['aaaa-bbbb', 'cccc-dddd']} onDone={() => done++} />)

  await user.click(screen.getByRole('button', { name: 'Done' }))
  expect(done).toBe(0)
  expect(screen.getAllByRole('listitem').map(item => item.textContent)).toEqual(['aaaa-bbbb', 'cccc-dddd'])
  await user.click(screen.getByRole('switch', { name: 'I keep them in a safe place' }))
  await user.click(screen.getByRole('button', { name: 'Done' }))

  expect(done).toBe(1)
})

test('each reason against a new password is told for itself, in the place of the hint', () => {
  const refusal = new ApiError({
    status: 400,
    errors: [
      { path: 'body.password', message: 'must have at least 10 characters' },
      { path: 'body.password', message: 'needs a digit' },
    ],
  })
  const { fields, general } = formProblem(refusal, ['password'])

  show(<NewPasswordField name="password" error={fields.password} />)

  expect(general).toBeUndefined()
  expect(screen.getAllByRole('listitem').map(item => item.textContent)).toEqual([
    'must have at least 10 characters',
    'needs a digit',
  ])
  const field = screen.getByLabelText('New password')
  expect(document.getElementById(field.getAttribute('aria-describedby')!)!.textContent).toContain('a digit')
})

test('only the problem of a second factor leads to its step', () => {
  const needed = new ApiError({ status: 401, code: 'second_factor_needed', pendingToken: 'abc' } as never)

  expect(pendingTokenOf(needed)).toBe('abc')
  expect(pendingTokenOf(new ApiError({ status: 401, code: 'wrong_credentials' }))).toBeUndefined()
  expect(pendingTokenOf(new TypeError('no network'))).toBeUndefined()
})
