import { expect, test } from 'vitest'
import { envKeyProblem, envValueProblem } from './env-key.ts'

test.each(['DATABASE_URL', '_', 'a1', 'NODE_OPTIONS', 'constructor', 'toString'])('%s may be set', key => {
  expect(envKeyProblem(key)).toBeUndefined()
})

test.each(['', '1A', 'A-B', 'A B', 'A=B', 'Ä', 'A\n', 'x'.repeat(129)])('%j is no name', key => {
  expect(envKeyProblem(key)).toBeDefined()
})

test.each([
  'PORT',
  'PATH',
  'HOME',
  'SEAWORTHY_APP',
  'SEAWORTHY_X',
  'LD_PRELOAD',
  'LD_LIBRARY_PATH',
  '__proto__',
])('%s belongs to the platform', key => {
  expect(envKeyProblem(key)).toMatch(/set by the platform/)
})

test('a value has at most 64 KB, counted in bytes, and no NUL', () => {
  expect(envValueProblem('x'.repeat(65_536))).toBeUndefined()
  expect(envValueProblem('x'.repeat(65_537))).toMatch(/64 KB/)
  expect(envValueProblem('ä'.repeat(32_769))).toMatch(/64 KB/)
  expect(envValueProblem('a\0b')).toMatch(/NUL/)
})
