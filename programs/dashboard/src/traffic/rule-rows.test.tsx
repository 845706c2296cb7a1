import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useState } from 'react'
import { expect, test } from 'vitest'
import { RuleRows } from './rule-rows.tsx'
import { newRow, type Row } from './traffic-form.ts'

const user = userEvent.setup()

function Rules({ initial = [], onRows }: { initial?: Row[]; onRows(rows: readonly Row[]): void }) {
  const [rows, setRows] = useState<readonly Row[]>(initial)
  return (
    <RuleRows
      label="Redirects"
      columns={[
        { field: 'from', label: 'From' },
        { field: 'status', label: 'Status', options: { '302': '302', '308': '308' } },
      ]}
      rows={rows}
      fresh={{ from: '', status: '302' }}
      empty="Nothing is redirected."
      onChange={next => {
        setRows(next)
        onRows(next)
      }}
    />
  )
}

function show(initial?: Row[]) {
  const seen: { rows: readonly Row[] } = { rows: initial ?? [] }
  render(
    <Rules
      {...(initial && { initial })}
      onRows={rows => {
        seen.rows = rows
      }}
    />,
  )
  return seen
}

test('a rule is added and filled by keyboard alone', async () => {
  const seen = show()
  screen.getByText('Nothing is redirected.')

  await user.tab()
  await user.keyboard('{Enter}')
  await user.click(screen.getByLabelText('From, row 1'))
  await user.keyboard('/old')
  await user.selectOptions(screen.getByLabelText('Status, row 1'), '308')

  expect(seen.rows).toMatchObject([{ from: '/old', status: '308' }])
})

test('the row that is meant is removed, and the others keep what they hold', async () => {
  const seen = show(['/a', '/b', '/c'].map(from => newRow({ from, status: '302' })))

  await user.click(screen.getByRole('button', { name: 'Remove row 2' }))

  expect(seen.rows.map(({ from }) => from)).toEqual(['/a', '/c'])
  expect(screen.getByLabelText<HTMLInputElement>('From, row 2').value).toBe('/c')
})
