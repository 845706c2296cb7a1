import { expect, test } from 'vitest'
import { allOf, among, NOTHING_CHOSEN, ranged, type Selection, toggled } from './selection.ts'

const SHOWN = ['a', 'b', 'c', 'd', 'e']
const chosen = ({ slugs }: Selection) => [...slugs].sort().join('')

test('one is chosen, and left again', () => {
  const one = toggled(NOTHING_CHOSEN, 'b')

  expect(chosen(one)).toBe('b')
  expect(chosen(toggled(one, 'b'))).toBe('')
})

test('a range goes from where one was last, in both directions', () => {
  expect(chosen(ranged(toggled(NOTHING_CHOSEN, 'b'), 'd', SHOWN))).toBe('bcd')
  expect(chosen(ranged(toggled(NOTHING_CHOSEN, 'd'), 'a', SHOWN))).toBe('abcd')
})

test('a range that ends at one which is chosen is left', () => {
  const all = allOf(NOTHING_CHOSEN, SHOWN)

  expect(chosen(ranged({ ...all, anchor: 'b' }, 'd', SHOWN))).toBe('ae')
})

test('a range from an app that the list does not show any more is that one app', () => {
  expect(chosen(ranged(toggled(NOTHING_CHOSEN, 'gone'), 'c', SHOWN))).toBe('cgone')
})

test('all that match are chosen beside what was, and nothing when all were', () => {
  const some = allOf(toggled(NOTHING_CHOSEN, 'x'), ['a', 'b'])

  expect(chosen(some)).toBe('abx')
  expect(chosen(allOf(some, ['a', 'b']))).toBe('')
})

test('apps that are gone are chosen no more', () => {
  expect(chosen(among(allOf(NOTHING_CHOSEN, SHOWN), new Set(['b', 'c'])))).toBe('bc')
})
