import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { TooltipProvider } from '../components/tooltip.tsx'
import type { DraftVariable } from './env-draft.ts'
import { VariableRow } from './variable-row.tsx'

const user = userEvent.setup()

function show(props: Partial<Parameters<typeof VariableRow>[0]> = {}) {
  const set: DraftVariable[] = []
  render(
    <TooltipProvider>
      <ul>
        <VariableRow
          name="LEVEL"
          variable={{ secret: false, value: 'info' }}
          drafted={undefined}
          removed={false}
          whyNot={undefined}
          onSet={value => set.push(value)}
          onRemove={() => {}}
          onReset={() => {}}
          {...props}
        />
      </ul>
    </TooltipProvider>,
  )
  return set
}

test('a value is edited where it stands', async () => {
  const set = show()

  await user.click(screen.getByRole('button', { name: 'Edit' }))
  await user.type(screen.getByLabelText('Value of LEVEL'), '!')

  expect(set).toEqual([{ value: 'info!', secret: false }])
})

test('a secret shows nothing, and can only be replaced', async () => {
  const set = show({ variable: { secret: true, value: null } })

  expect(screen.getByText('Secret: only the app can read it')).toBeDefined()
  await user.click(screen.getByRole('button', { name: 'Replace' }))
  await user.type(screen.getByLabelText('Value of LEVEL'), 'x')

  expect(screen.getByLabelText('Value of LEVEL').getAttribute('type')).toBe('password')
  expect(set).toEqual([{ value: 'x', secret: true }])
})

test('whoever may not change it can still read it', async () => {
  const set = show({ whyNot: 'Viewers may only look.' })

  await user.click(screen.getByRole('button', { name: 'Edit' }))

  expect(screen.queryByLabelText('Value of LEVEL')).toBeNull()
  expect(screen.getByText('info')).toBeDefined()
  expect(set).toEqual([])
})
