import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { type DeploymentChanges, deploymentQueries } from '../api/deployment-queries.ts'
import type { Deployment } from '../api/queries.ts'
import { ToastProvider } from '../components/toast.tsx'
import { TooltipProvider } from '../components/tooltip.tsx'
import { ApprovalCard } from './approval-card.tsx'

const user = userEvent.setup()
const at = '2026-01-01T00:00:00.000Z'
const HOSTILE = '<img src=x onerror=alert(1)>\u202egnp'

test('says what would change, with nothing in it that acts', () => {
  show({})

  screen.getByText('v3 beside v2, which serves now')
  screen.getByText('1 file changed, 2 new')
  screen.getByText('SECRET')
  expect(document.querySelector('img')).toBeNull()
  expect(document.body.textContent).not.toContain('\u202e')
})

test('who may not approve reads why, and can still refuse', async () => {
  show({ can: { approve: 'You ordered it yourself.', refuse: true } })

  const approve = screen.getByRole('button', { name: 'Approve' })
  await user.click(approve)
  expect(approve.getAttribute('aria-disabled')).toBe('true')
  expect(screen.queryByRole('dialog')).toBeNull()

  await user.click(screen.getByRole('button', { name: 'Refuse' }))
  screen.getByRole('dialog', { name: 'Refuse deployment #7?' })
})

test('a refusal needs a reason', async () => {
  show({})
  await user.click(screen.getByRole('button', { name: 'Refuse' }))
  const refuse = () => screen.getAllByRole('button', { name: 'Refuse' }).at(-1)!

  expect(refuse().getAttribute('aria-disabled')).toBe('true')
  await user.type(screen.getByLabelText('Why'), 'Not on a Friday')
  expect(refuse().getAttribute('aria-disabled')).toBeNull()
})

test('one that is approved says who did it, and asks nothing any more', () => {
  show({}, { state: 'approved', decidedBy: 'ada@example.org' })

  screen.getByText('Approved by ada@example.org')
  expect(screen.queryByRole('button')).toBeNull()
})

function show(
  fields: Partial<DeploymentChanges>,
  approval: Partial<NonNullable<Deployment['approval']>> = {},
) {
  const changes: DeploymentChanges = {
    from: 2,
    to: 3,
    code: { same: false, from: 'abc', to: HOSTILE, files: { added: 2, changed: 1, removed: 0 } },
    env: [{ name: 'SECRET', change: 'added' }],
    settings: [{ name: 'processes.web', change: 'changed', from: 'node a.js', to: HOSTILE }],
    can: { approve: true, refuse: true },
    ...fields,
  }
  const deployment = {
    number: 7,
    state: 'awaiting_approval',
    scheduledAt: null,
    approval: {
      ...{ state: 'waiting', role: 'admin', requestedAt: at, deadlineAt: at },
      ...{ decidedAt: null, decidedBy: null, reason: null },
      ...approval,
    },
  } as Deployment
  const queryClient = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } },
  })
  queryClient.setQueryData(deploymentQueries.changes('shop', 7).queryKey, changes)
  render(
    <QueryClientProvider client={queryClient}>
      <TooltipProvider>
        <ToastProvider>
          <ApprovalCard slug="shop" deployment={deployment} />
        </ToastProvider>
      </TooltipProvider>
    </QueryClientProvider>,
  )
}
