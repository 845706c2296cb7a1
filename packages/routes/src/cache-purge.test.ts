import { expect, test } from 'vitest'
import { InvalidRouteTable, parseCachePurge } from './index.ts'

test('A purge names an app, and at most one of path and prefix', () => {
  expect(parseCachePurge({ appId: 'app_1', other: 1 })).toEqual({ appId: 'app_1' })
  expect(parseCachePurge({ appId: 'app_1', path: '/a?b' })).toEqual({ appId: 'app_1', path: '/a?b' })
  expect(parseCachePurge({ appId: 'app_1', prefix: '/' })).toEqual({ appId: 'app_1', prefix: '/' })
})

test.each([
  undefined,
  [],
  {},
  { appId: '' },
  { appId: 'a', path: 'x' },
  { appId: 'a', path: '/', prefix: '/' },
])('%j is no purge', value => {
  expect(() => parseCachePurge(value)).toThrow(InvalidRouteTable)
})
