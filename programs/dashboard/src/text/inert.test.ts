import { expect, test } from 'vitest'
import { inert, inertLine } from './inert.ts'

test('marks that turn the direction of writing become visible', () => {
  expect(inert('user\u202e txt.exe\u2066')).toBe('user\ufffd txt.exe\ufffd')
})

test('control characters become their symbols; tabs and line breaks stay', () => {
  expect(inert('a\0b\x1b[31m\tc\nd')).toBe('a\u2400b\u241b[31m\tc\nd')
})

test('a name stays on one line', () => {
  expect(inertLine('two\nlines\tand more')).toBe('two lines and more')
})

test('letters of every script and emoji are left alone', () => {
  const text = 'שלום مرحبا 你好 ü 👩‍🚀'

  expect(inert(text)).toBe(text)
})
