import { expect, test } from 'vitest'
import { requestFilter, requestSearch, spanStart } from './request-search.ts'

test('an address of the page with nonsense in it looks for everything', () => {
  const nonsense = { status: '<b>', method: 'a b', slow: 'soon', span: 'ever', path: '', ip: 7 }

  expect(requestSearch(nonsense)).toEqual({})
})

test('numbers come from an address as numbers or as text', () => {
  expect(requestSearch({ status: 404, slow: '500' })).toEqual({ status: '404', slow: 500 })
  expect(requestSearch({ status: '5XX', method: 'post' })).toEqual({ status: '5xx', method: 'POST' })
})

test('what is half typed is not asked for yet', () => {
  expect(requestFilter({ path: 'api', ip: '192.0.' })).toEqual({})
  expect(requestFilter({ path: '/api/*', ip: '2001:db8::7', slow: 20 })).toEqual({
    path: '/api/*',
    ip: '2001:db8::7',
    slowMs: 20,
  })
})

test('the live tail has no start, the others ask the same within a minute', () => {
  const now = Date.parse('2026-01-01T12:00:30.000Z')

  expect(spanStart('live', now)).toBeUndefined()
  expect(spanStart('10m', now)).toBe('2026-01-01T11:50:00.000Z')
  expect(spanStart('10m', now + 20_000)).toBe(spanStart('10m', now))
})
