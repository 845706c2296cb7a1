import { expect, test } from 'vitest'
import type { Quota } from '../api/team-queries.ts'
import { limitsOf } from './quota-draft.ts'

const QUOTAS: Quota[] = [
  { name: 'apps', limit: 5, used: 1, source: 'set' },
  { name: 'instances', limit: null, used: 0, source: 'default' },
]

test('what was not touched, or is that way already, is not saved', () => {
  expect(limitsOf({}, QUOTAS)).toEqual({})
  expect(limitsOf({ apps: '5', instances: 'default' }, QUOTAS)).toEqual({})
})

test('a number is a limit, nothing is none, and a limit goes back to what the platform says', () => {
  expect(limitsOf({ apps: 'default', instances: ' 3 ' }, QUOTAS)).toEqual({ apps: 'default', instances: 3 })
  expect(limitsOf({ apps: '' }, QUOTAS)).toEqual({ apps: null })
})

test('a limit that is the default may be set for good', () => {
  expect(limitsOf({ instances: '' }, QUOTAS)).toEqual({ instances: null })
})
