import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createIdSource, newId } from './ids.ts'

test('ids have the prefix of their table and 22 characters that can be read aloud', () => {
  expect(newId('app')).toMatch(/^app_[0-9a-hjkmnp-tv-z]{22}$/)
})

test('ids are unique and sort in the order in which they were made, whatever the clock does', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 45 }), { minLength: 2, maxLength: 50 }), times => {
      const clock = times.values()
      const makeId = createIdSource(() => clock.next().value ?? 0)

      const ids = times.map(() => makeId('job'))

      expect(ids.toSorted()).toEqual(ids)
      expect(new Set(ids).size).toBe(ids.length)
    }),
  )
})

test('ids of two processes differ although they are made in the same millisecond', () => {
  const [one, two] = [createIdSource(() => 1), createIdSource(() => 1)]

  expect(one('app')).not.toBe(two('app'))
})
