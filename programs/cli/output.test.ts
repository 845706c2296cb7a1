import type { Receipt } from '@seaworthy/api'
import { ApiError } from '@seaworthy/api/client'
import { describe, expect, test } from 'vitest'
import { sinceTime } from './commands/logs.ts'
import { wholeNumber } from './commands/releases.ts'
import { slugFrom } from './context.ts'
import { CommandFailed, exitCodeOf, UsageError } from './exit-codes.ts'
import { ago, duration, facts, megabytes, Output, printable, table } from './output.ts'
import { receiptText } from './receipt-text.ts'
import { CapturedStream } from './test-cli.ts'

test('memory is told in the MB that its limit was set in', () => {
  expect(megabytes(512 * 1_048_576)).toBe('512 MB')
})

describe('text from an app', () => {
  test.each([
    ['colours', '\u001b[31mred\u001b[0m', 'red'],
    ['moves of the cursor', 'good\u001b[2K\u001b[1Gevil', 'goodevil'],
    ['a changed window title', '\u001b]0;owned\u0007text', 'text'],
    ['a hidden link', '\u001b]8;;http://evil.example\u0007text\u001b]8;;\u0007', 'text'],
    ['a carriage return', 'good\revil', 'goodevil'],
    ['bells and backspaces', 'a\u0007b\u0008c', 'abc'],
    ['eight-bit controls', 'a\u009b31mb\u0085c', 'abc'],
    ['an escape cut in half', 'a\u001b[', 'a['],
    ['text that runs backwards', 'pay\u202eeve\u202c\u2066x\u2069', 'payevex'],
    ['NUL and DEL', 'a\u0000b\u007fc', 'abc'],
    ['nothing wrong', 'tab\there, ü, 漢字, 🚢', 'tab\there, ü, 漢字, 🚢'],
  ])('with %s is shown as plain characters', (_, text, plain) => {
    expect(printable(text)).toBe(plain)
  })

  test('in an error message reaches the terminal as plain characters, and scripts as it is', () => {
    const problem = { code: 'x', message: 'bad\u001b[2Jname' }
    const [people, scripts] = [new CapturedStream(), new CapturedStream()]

    new Output({ stdout: people, stderr: people, json: false }).problem(problem)
    new Output({ stdout: scripts, stderr: scripts, json: true }).problem(problem)

    expect(people.text).toBe('badname\n')
    expect(JSON.parse(scripts.text)).toEqual({ success: false, ...problem })
  })
})

test.each([
  [0, '0 ms'],
  [12.4, '12 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [1_540, '1.5 s'],
  [59_940, '59.9 s'],
  [59_999, '1 min 0 s'],
  [119_999, '2 min 0 s'],
  [3_725_000, '62 min 5 s'],
])('%d ms is shown as %s', (ms, text) => {
  expect(duration(ms)).toBe(text)
})

const NOW = Date.parse('2030-01-31T12:00:00Z')

test.each([
  [null, '-'],
  ['2030-01-31T12:00:05Z', '0 s ago'],
  ['2030-01-31T11:59:01Z', '59 s ago'],
  ['2030-01-31T11:00:01Z', '59 min ago'],
  ['2030-01-30T12:00:01Z', '23 h ago'],
  ['2030-01-01T12:00:00Z', '30 d ago'],
])('at noon of 31 January, %s is %s', (time, text) => {
  expect(ago(time, NOW)).toBe(text)
})

describe('a point in time', () => {
  test.each([
    ['90s', '2030-01-31T11:58:30.000Z'],
    ['10m', '2030-01-31T11:50:00.000Z'],
    ['2h', '2030-01-31T10:00:00.000Z'],
    ['1d', '2030-01-30T12:00:00.000Z'],
    ['2030-01-01T00:00:00Z', '2030-01-01T00:00:00.000Z'],
  ])('%s means %s', (text, time) => {
    expect(sinceTime(text, NOW)).toBe(time)
  })

  test.each(['yesterday', '10', '-1m', '10x', ''])('"%s" is a mistake of the caller', text => {
    expect(() => sinceTime(text, NOW)).toThrow(UsageError)
  })
})

test.each([
  ['shop', 'shop'],
  ['My Shop!', 'my-shop'],
  ['--a__b--', 'a-b'],
  ['Crème Brûlée', 'cre-me-bru-le-e'],
  ['漢字', ''],
  [`${'x'.repeat(39)}-yz`, 'x'.repeat(39)],
])('the name "%s" makes the slug "%s"', (name, slug) => {
  expect(slugFrom(name)).toBe(slug)
})

test.each(['0', '-1', '1.5', 'abc', '', '9999999999'])('"%s" is no number of a release', text => {
  expect(() => wholeNumber(text)).toThrow(UsageError)
})

test('a table aligns its columns, and no cell breaks out of its line', () => {
  const text = table(
    ['KEY', 'VALUE'],
    [
      ['A', 'one'],
      ['LONGER', 'two\nFAKE  row\tx'],
    ],
  )

  expect(text).toBe(['KEY     VALUE', 'A       one', 'LONGER  two FAKE  row x'].join('\n'))
})

test('facts leave out what there is not', () => {
  expect(
    facts([
      ['who', 'ada'],
      ['profile', null],
      ['where', 'here'],
    ]),
  ).toBe('who    ada\nwhere  here')
})

describe('the exit code', () => {
  const answered = (status: number) => new ApiError({ status })

  test.each([
    ['a wrong call', new UsageError('x'), 2],
    ['bad news', new CommandFailed('x'), 1],
    ['a bug', new Error('x'), 1],
    ['400', answered(400), 2],
    ['401', answered(401), 3],
    ['403', answered(403), 5],
    ['404', answered(404), 4],
    ['409', answered(409), 1],
    ['422', answered(422), 1],
    ['429', answered(429), 5],
    ['500', answered(500), 1],
    ['507', answered(507), 5],
  ])('of %s', (_, error, code) => {
    expect(exitCodeOf(error)).toBe(code)
  })
})

describe('a receipt', () => {
  const traffic = { requests: 1_000, failures: 0, p50Ms: 2, p95Ms: 5 }
  const receipt: Receipt = {
    url: 'http://shop.localhost:8080',
    release: 'v2',
    previousRelease: 'v1',
    verdict: 'kept',
    reason: null,
    before: { ...traffic, p95Ms: 6 },
    after: traffic,
    probes: { sent: 20, failed: 1 },
    watchedMs: 5_000,
    timings: { start: 120, watch: 5_001 },
  }

  test('tells what real traffic saw', () => {
    expect(receiptText(receipt)).toBe(`release   v2 (before: v1)
verdict   live
requests  0 of 1000 failed while it was watched for 5.0 s
p95       5 ms (before: 6 ms)
probes    19 of 20 passed through the edge
timings   start 120 ms, watch 5.0 s`)
  })

  test('of a deployment that never switched says so and nothing more', () => {
    const none = { release: null, before: null, after: null, probes: null, watchedMs: null, timings: {} }
    expect(receiptText({ ...receipt, ...none, verdict: 'not-switched' })).toBe(
      'verdict  not switched: what served before serves on',
    )
  })

  test('of a release that was taken back says why', () => {
    expect(receiptText({ ...receipt, verdict: 'returned', reason: '9 of 10 requests failed' })).toContain(
      'verdict   returned to the previous release: 9 of 10 requests failed',
    )
  })
})
