import { expect, test } from 'vitest'
import { isAtLeast, levelOf } from './log-level.ts'

test.each([
  ['{"level":50,"msg":"x"}', 'error'],
  ['{"level":40,"msg":"error was fixed"}', 'warn'],
  ['{"level":30,"msg":"no error here"}', 'info'],
  ['{"time":1,"level":"error","msg":"x"}', 'error'],
  ['{"severity":"WARNING"}', 'warn'],
  ['2026-01-01 12:00:00 ERROR nope', 'error'],
  ['TypeError: x is not a function', 'error'],
  ['Traceback (most recent call last):', 'error'],
  ['[warn] slow query', 'warn'],
  ['GET /errors 200', 'info'],
  ['listening on 3000', 'info'],
])('%s is told as %s', (text, level) => {
  expect(levelOf({ text, stream: 'stdout' })).toBe(level)
})

test('the stream for errors counts as a warning, unless the line says that it is none', () => {
  expect(levelOf({ text: 'something', stream: 'stderr' })).toBe('warn')
  expect(levelOf({ text: 'INFO: started', stream: 'stderr' })).toBe('info')
  expect(isAtLeast('error', { text: 'something', stream: 'stderr' })).toBe(false)
  expect(isAtLeast('warn', { text: 'fatal: no', stream: 'stdout' })).toBe(true)
  expect(isAtLeast(undefined, { text: 'x', stream: 'stdout' })).toBe(true)
})
