import { screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test } from 'vitest'
import type { AuditEntry } from '../api/team-queries.ts'
import { showInPage } from '../testing/show.tsx'
import { auditWords } from '../words/en/audit.ts'
import { AuditFilters } from './audit-filters.tsx'
import { AuditList } from './audit-list.tsx'
import type { AuditSearch } from './audit-search.ts'

const w = auditWords.filters
const user = userEvent.setup()

test('filters are applied together, once somebody says so, without what is empty', async () => {
  const changes = await open({})

  await user.type(screen.getByLabelText(w.text), ' shop ')
  await user.click(screen.getByRole('button', { name: w.more }))
  await user.selectOptions(screen.getByLabelText(w.outcome), 'refused')
  await user.type(screen.getByLabelText(w.from), '2026-05-04')
  expect(changes).toEqual([])
  await user.click(screen.getByRole('button', { name: w.label }))

  expect(changes).toEqual([{ text: 'shop', outcome: 'refused', from: '2026-05-04' }])
})

test('filters that are set are never hidden, and are cleared by one press', async () => {
  const changes = await open({ team: 'crew' })

  expect(screen.getByLabelText<HTMLInputElement>(w.team).value).toBe('crew')
  await user.click(screen.getByRole('button', { name: w.clear }))

  expect(changes).toEqual([{}])
})

test('without a filter there is nothing to clear, and the rarer ones are out of the way', async () => {
  await open({ page: 3 })

  expect(screen.queryByRole('button', { name: w.clear })).toBeNull()
  expect(screen.queryByLabelText(w.team)).toBeNull()
  const more = screen.getByRole('button', { name: w.more })
  expect(more.getAttribute('aria-expanded')).toBe('false')
})

test('hiding the rarer filters does not take them away', async () => {
  const changes = await open({ team: 'crew' })

  await user.click(screen.getByRole('button', { name: w.fewer }))
  await user.type(screen.getByLabelText(w.text), 'shop{Enter}')

  expect(changes).toEqual([{ team: 'crew', text: 'shop' }])
})

test('an entry names who did what, and opens with its details', async () => {
  await showInPage(<AuditList entries={[ENTRY]} />)
  const row = within(screen.getByRole('list', { name: auditWords.title }))
  row.getByText('Bob')
  row.getByText(auditWords.outcomes.refused)

  await user.click(row.getByRole('button', { name: new RegExp(auditWords.details(7)) }))

  const dialog = within(await screen.findByRole('dialog', { name: auditWords.actions['app:scale']! }))
  dialog.getByText('192.0.2.1')
  dialog.getByText('Bob, bob@example.org')
  await user.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
})

async function open(search: AuditSearch): Promise<Record<string, unknown>[]> {
  const changes: Record<string, unknown>[] = []
  await showInPage(<AuditFilters search={search} onChange={change => changes.push(change)} />)
  return changes
}

const ENTRY = {
  ...{ sequence: 7, at: '2026-01-01T00:00:00.000Z', action: 'app:scale', outcome: 'refused' },
  ...{ actor: { kind: 'person', name: 'Bob', email: 'bob@example.org', deleted: false, tokenName: null } },
  ...{ target: { kind: 'app', id: 'app_1', name: 'shop' }, address: '192.0.2.1', userAgent: null },
  ...{ requestId: null, hash: 'abc', before: null, after: null },
} as unknown as AuditEntry
