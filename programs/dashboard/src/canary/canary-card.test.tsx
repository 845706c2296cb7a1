import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { App, Deployment } from '../api/queries.ts'
import { ToastProvider } from '../components/toast.tsx'
import { TooltipProvider } from '../components/tooltip.tsx'
import { Trial } from './canary-card.tsx'

type Canary = NonNullable<Deployment['canary']>

const user = userEvent.setup()

test('both releases stand side by side, with a word on which fails more', () => {
  show({ canary: traffic(200, 10), stable: traffic(800, 4) })

  const row = within(screen.getByRole('row', { name: /On trial/ }))
  row.getByText('200')
  row.getByText('10 (5 %)')
  screen.getByText('It fails more often than the rest.')
})

test('a handful of requests is no verdict', () => {
  show({ canary: traffic(3, 0), stable: traffic(9, 0) })

  screen.getByText(/Few requests so far/)
})

test('who may not end it is told why', async () => {
  show({}, { 'canary:end': 'Viewers of this team cannot do this.' })
  const promote = screen.getByRole('button', { name: 'Promote' })

  await user.click(promote)

  expect(promote.getAttribute('aria-disabled')).toBe('true')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('taking it out asks once more', async () => {
  show({})

  await user.click(screen.getByRole('button', { name: 'Abort' }))

  screen.getByRole('dialog', { name: 'Take it out?' })
})

function show(canary: Partial<Canary>, can: App['can'] = { 'canary:end': true }) {
  const whole: Canary = {
    ...{ percent: 25, header: null, promoteAfterMinutes: null, since: null },
    ...{ canary: traffic(0, 0), stable: traffic(0, 0), probes: { sent: 0, failed: 0 } },
    ...{ ending: null, reason: null },
    ...canary,
  }
  render(
    <QueryClientProvider client={new QueryClient()}>
      <TooltipProvider>
        <ToastProvider>
          <Trial app={{ slug: 'shop', can } as App} release="v2" canary={whole} />
        </ToastProvider>
      </TooltipProvider>
    </QueryClientProvider>,
  )
}

function traffic(requests: number, failures: number): Canary['canary'] {
  return { requests, failures, p95Ms: 12 }
}
