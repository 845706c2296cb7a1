import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTextSearch } from './text-search.ts'

function finds(line: string, text: string): boolean {
  const search = createTextSearch(text)
  const bytes = Buffer.from(line)
  return search.next(bytes, 0, bytes.length) !== -1 && search.confirms(line)
}

test.each([
  ['GET /Index.html 200', 'index', true],
  ['error: Übergröße', 'übergrÖSSE', false],
  ['error: Übergröße', 'ÜBERGRÖß', true],
  ['ОШИБКА: диск полон', 'ошибка', true],
  ['İstanbul', 'istanbul', false],
  ['İstanbul', 'İSTANBUL', true],
  ['日本語のログ', '本語', true],
  ['😀 done', '😀 DONE', true],
  ['a', 'ab', false],
  ['', 'a', false],
  ['x', 'x', true],
])('%s | %s → %s', (line, text, expected) => {
  expect(finds(line, text)).toBe(expected)
})

test('finds exactly what comparing in lower case finds', () => {
  const letters = fc.string({
    unit: fc.constantFrom('a', 'A', 'b', 'B', 'é', 'É', 'ж', 'Ж', '1', 'İ'),
    maxLength: 30,
  })
  const texts = fc.string({
    unit: fc.constantFrom('a', 'A', 'b', 'é', 'Ж', '1', 'İ'),
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(letters, texts, (line, text) => {
      expect(finds(line, text)).toBe(line.toLowerCase().includes(text.toLowerCase()))
    }),
    { numRuns: 5_000 },
  )
})

test('stays within the bounds it is given', () => {
  const bytes = Buffer.from('needle needle')

  expect(createTextSearch('needle').next(bytes, 1, 12)).toBe(-1)
  expect(createTextSearch('needle').next(bytes, 1, 13)).toBe(7)
})

test.each([1, 2, 3, 4, 5, 6])(
  'finds each place of a text of %s bytes, wherever the search begins and ends',
  length => {
    const bytes = Buffer.from('abcabcabdabcabcxabcabcab'.repeat(2))
    const text = 'abcabcxabc'.slice(7 - length, 7)
    const places = [...bytes.keys()].filter(at => bytes.toString('utf8', at, at + length) === text)
    for (let from = 0; from < bytes.length; from++) {
      for (let to = from; to <= bytes.length; to++) {
        const expected = places.find(place => place >= from && place + length <= to) ?? -1

        expect(createTextSearch(text).next(bytes, from, to)).toBe(expected)
      }
    }
  },
)
