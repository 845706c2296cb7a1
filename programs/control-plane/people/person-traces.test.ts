import { expect, test } from 'vitest'
import { withoutNames } from './person-traces.ts'

const ADA = { userId: 'usr_1a', email: 'ada+x@example.org' }

test.each([
  ['{"actor":"ada+x@example.org"}', '{"actor":"deleted person"}'],
  ['{"a":["usr_1a",{"b":"usr_1a"}]}', '{"a":["deleted person",{"b":"deleted person"}]}'],
  ['550 <ADA+X@Example.org>: no such user.', '550 <deleted person>: no such user.'],
  ['by ada+x@example.org.', 'by deleted person.'],
])('takes the names out of %s', (text, expected) => {
  expect(withoutNames(text, ADA)).toBe(expected)
})

test.each([
  '{"actor":"grace-ada+x@example.org"}',
  '{"actor":"ada+x@example.org.uk"}',
  '{"actor":"ada+x@example.organic"}',
  '{"actor":"ada@example.org"}',
  '{"actor":"usr_1ab"}',
  '{"actor":"xusr_1a"}',
  '{"actor":"adaXx@example.org"}',
])('leaves others alone: %s', text => {
  expect(withoutNames(text, ADA)).toBe(text)
})
