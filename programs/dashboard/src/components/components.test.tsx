import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { expect, test } from 'vitest'
import { ApiError } from '../api/client.ts'
import { Button } from './button.tsx'
import { Dialog } from './dialog.tsx'
import { ErrorView } from './error-view.tsx'
import { TextField } from './field.tsx'
import { Name } from './name.tsx'
import { ToastProvider, useToasts } from './toast.tsx'
import { TooltipProvider } from './tooltip.tsx'

const user = userEvent.setup()

function show(content: ReactNode) {
  return render(
    <TooltipProvider>
      <ToastProvider>{content}</ToastProvider>
    </TooltipProvider>,
  )
}

test('a button that cannot be pressed can be reached, and says why', async () => {
  let presses = 0
  show(
    <Button whyNot="Only owners may do this." onClick={() => presses++}>
      Delete
    </Button>,
  )

  await user.tab()
  await user.keyboard('{Enter}')

  const button = screen.getByRole('button', { name: 'Delete' })
  expect(document.activeElement).toBe(button)
  expect(presses).toBe(0)
  expect((await screen.findByRole('tooltip')).textContent).toContain('Only owners may do this.')
})

test('a busy button is pressed once', async () => {
  let presses = 0
  show(
    <Button busy onClick={() => presses++}>
      Save
    </Button>,
  )

  await user.click(screen.getByRole('button'))

  expect(presses).toBe(0)
  expect(screen.getByRole('button').getAttribute('aria-busy')).toBe('true')
})

test('a field is tied to its hint and to what is wrong with it', () => {
  show(<TextField label="Name" hint="For people." error="is too long" />)

  const field = screen.getByLabelText('Name')
  const about = field.getAttribute('aria-describedby')!.split(' ')
  expect(about.map(id => document.getElementById(id)!.textContent)).toEqual(['For people.', 'is too long'])
  expect(field.getAttribute('aria-invalid')).toBe('true')
})

test('a message is read out, and what went wrong stays until it is closed', async () => {
  show(<Sayer />)

  await user.click(screen.getByText('Say'))
  expect(screen.getByText('It broke.').closest('[aria-live]')).not.toBeNull()
  await user.click(screen.getByRole('button', { name: 'Close' }))

  expect(screen.queryByText('It broke.')).toBeNull()
})

test('a dialog without a way out stays; one with it closes with Escape', async () => {
  let closed = 0
  const { rerender } = show(<Dialog open title="Sign in" />)
  await user.keyboard('{Escape}')
  expect(screen.getByRole('dialog')).toBeDefined()

  rerender(
    <TooltipProvider>
      <Dialog open title="Sign in" onClose={() => closed++} />
    </TooltipProvider>,
  )
  await user.keyboard('{Escape}')

  expect(closed).toBe(1)
})

test('where something failed, there is a way on and the id of the request', async () => {
  let retries = 0
  const error = new ApiError({ status: 500, detail: 'Our mistake.', requestId: 'req-7' })
  show(<ErrorView error={error} onRetry={() => retries++} />)

  await user.click(screen.getByRole('button', { name: 'Try again' }))

  expect(retries).toBe(1)
  expect(screen.getByText('req-7')).toBeDefined()
  expect(screen.getByText('Our mistake.')).toBeDefined()
})

function Sayer() {
  const toasts = useToasts()
  return <Button onClick={() => toasts.show({ tone: 'bad', text: 'It broke.' })}>Say</Button>
}

test('a name is text, whatever is in it', () => {
  const { container } = show(<Name>{'<b>bold</b>\u202e'}</Name>)

  expect(container.querySelector('b')).toBeNull()
  expect(container.querySelector('bdi')!.textContent).toBe('<b>bold</b>\ufffd')
})
