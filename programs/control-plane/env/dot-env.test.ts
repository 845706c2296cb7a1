import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseDotEnv } from './dot-env.ts'

const parsed = (text: string) => Object.fromEntries(parseDotEnv(text))

test.each([
  ['', {}],
  ['\n\n# nothing here', {}],
  ['A=1', { A: '1' }],
  ['A=1\nB=2\n', { A: '1', B: '2' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['\uFEFFA=1', { A: '1' }],
  ['  export A = 1  ', { A: '1' }],
  ['A=', { A: '' }],
  ['A=\nB=2', { A: '', B: '2' }],
  ['A=one two', { A: 'one two' }],
  ['A=one # two', { A: 'one' }],
  ['A=one#two', { A: 'one#two' }],
  ['A= # only a comment', { A: '' }],
  ['A=b=c==', { A: 'b=c==' }],
  ['A=postgres://u:p@h/db?x=1', { A: 'postgres://u:p@h/db?x=1' }],
  [`A='single # "kept" \\n'`, { A: 'single # "kept" \\n' }],
  ['A="line\\none\\ttab \\"q\\" \\\\ \\$x"', { A: 'line\none\ttab "q" \\ $x' }],
  ['A="\\x"', { A: '\\x' }],
  ['A=`back\'s "tick"` # comment', { A: 'back\'s "tick"' }],
  ['A="first\nsecond"\nB=2', { A: 'first\nsecond', B: '2' }],
  ["A=''\n# comment\n\n  # another\nB=2", { A: '', B: '2' }],
  ['A=1\nA=2', { A: '2' }],
  ['A=$B $(date)', { A: '$B $(date)' }],
])('reads %j', (text, expected) => {
  expect(parsed(text)).toEqual(expected)
})

test.each([
  ['A=1\nnonsense\n', 2, /NAME=value/],
  ['=1', 1, /NAME=value/],
  ['A B=1', 1, /NAME=value/],
  ['A=1\n\nB="open\nstill', 3, /never closed/],
  [`A='x' y`, 1, /unexpected text/],
])('tells the line of what makes no sense in %j', (text, line, problem) => {
  expect(() => parseDotEnv(text)).toThrow(
    expect.objectContaining({
      code: 'dot_env_invalid',
      status: 422,
      message: expect.stringMatching(new RegExp(`^Line ${line} .*${problem.source}`)),
    }),
  )
})

test('any value survives double quotes', () => {
  const quote = (value: string) => `"${value.replace(/[\\"$]/g, '\\$&').replace(/\r/g, '\\r')}"`
  fc.assert(
    fc.property(fc.array(fc.string()), values => {
      const text = values.map((value, index) => `K${index}=${quote(value)} # end`).join('\n')

      expect([...parseDotEnv(text).values()]).toEqual(values)
    }),
  )
})

test('a long file is read in no time', () => {
  const text = `${'# comment\n'.repeat(50_000)}${'A=" \\\\ "\n'.repeat(50_000)}B="${'\\'.repeat(100_000)}`
  const started = performance.now()

  expect(() => parseDotEnv(text)).toThrow(/never closed/)

  expect(performance.now() - started).toBeLessThan(2000)
})
