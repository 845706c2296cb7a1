import { expect, test } from 'vitest'
import { auditFilter, auditSearch, exportUrl, isFiltered } from './audit-search.ts'

test('of an address only what is a filter is taken', () => {
  const search = {
    actor: 'ada@example.org',
    text: '',
    outcome: 'maybe',
    from: '2026-13-01',
    page: 3,
    other: 1,
  }

  expect(auditSearch(search)).toEqual({ actor: 'ada@example.org', page: 3 })
})

test('a day is all of it, in the zone of the viewer', () => {
  const { from, to } = auditFilter(auditSearch({ from: '2026-05-04', to: '2026-05-04' }))

  expect(Date.parse(to!) - Date.parse(from!)).toBe(24 * 3_600_000 - 1)
  expect(new Date(from!).getHours()).toBe(0)
})

test('an export has the filters and a format', () => {
  expect(exportUrl({ action: 'app:*' }, 'csv')).toBe('/api/v1/audit/export?action=app%3A*&format=csv')
})

test('a page is no filter', () => {
  expect(isFiltered({ page: 2 })).toBe(false)
  expect(isFiltered({ page: 2, outcome: 'refused' })).toBe(true)
})
