import { expect, test } from 'vitest'
import { compileRequestFilter, type RequestFilter } from './request-filter.ts'
import { keptAddress } from './request-line.ts'

const request = { status: 503, method: 'POST', path: '/api/orders/7', ms: 620, ip: '192.0.2.7' }
const takes = (filter: RequestFilter, change: Partial<typeof request> = {}) =>
  compileRequestFilter(filter)({ ...request, ...change })

test('a filter without conditions takes every request', () => {
  expect(takes({})).toBe(true)
})

test('a status is a class or one number', () => {
  expect(takes({ status: '5xx' })).toBe(true)
  expect(takes({ status: '503' })).toBe(true)
  expect(takes({ status: '4xx' })).toBe(false)
  expect(takes({ status: '500' })).toBe(false)
})

test('a path is exact, and a star stands for any text', () => {
  expect(takes({ path: '/api/orders/7' })).toBe(true)
  expect(takes({ path: '/api' })).toBe(false)
  expect(takes({ path: '/api/*' })).toBe(true)
  expect(takes({ path: '*/orders/*' })).toBe(true)
  expect(takes({ path: '/api/*/8' })).toBe(false)
  expect(takes({ path: '/a*a' }, { path: '/a' })).toBe(false)
  expect(takes({ path: `${'*a'.repeat(500)}b` }, { path: 'a'.repeat(5_000) })).toBe(false)
})

test('method in any case, slowness and address all have to fit', () => {
  expect(takes({ method: 'post', slowMs: 600, ip: '192.0.2.7', status: '5xx' })).toBe(true)
  expect(takes({ method: 'post', slowMs: 700 })).toBe(false)
  expect(takes({ ip: '192.0.2.8' })).toBe(false)
})

test('a whole address also finds the lines that keep its short form', () => {
  expect(takes({ ip: '192.0.2.7' }, { ip: '192.0.2.0' })).toBe(true)
})

test('a short address keeps the network of a client and not the client', () => {
  expect(keptAddress('192.0.2.77', 'short')).toBe('192.0.2.0')
  expect(keptAddress('2001:db8:1:2::77', 'short')).toBe('2001:db8:1::')
  expect(keptAddress('2001:db8::77', 'short')).toBe('2001:db8::')
  expect(keptAddress('::1', 'short')).toBe('0::')
  expect(keptAddress('192.0.2.77', 'none')).toBe('')
  expect(keptAddress('192.0.2.77', 'whole')).toBe('192.0.2.77')
})
