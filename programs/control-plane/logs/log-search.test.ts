import type { LogLine, LogQuery } from '@seaworthy/telemetry'
import { expect, test } from 'vitest'
import { linesAround, queryLines } from './log-search.ts'

/** 25,000 lines, a thousand in each millisecond; every 6,000th is an error. */
const LINES: LogLine[] = Array.from({ length: 25_000 }, (_, index) => ({
  ...{ process: 'web', instanceId: 'i', release: 'v1', stream: 'stdout' },
  at: Math.floor(index / 1000),
  text: index % 6_000 === 0 ? `ERROR ${index}` : `fine ${index}`,
  cursor: String(index + 1).padStart(15, '0'),
}))

const logs = {
  async query({ until = Number.POSITIVE_INFINITY, limit }: LogQuery) {
    return LINES.filter(({ at }) => at <= until).slice(-limit)
  },
}

test('lines of a level are found far behind the newest ones, each once', async () => {
  const found = await queryLines(logs, { appId: 'a', level: 'error' }, 10)

  expect(found.map(({ text }) => text)).toEqual([
    'ERROR 0',
    'ERROR 6000',
    'ERROR 12000',
    'ERROR 18000',
    'ERROR 24000',
  ])
  expect(await queryLines(logs, { appId: 'a', level: 'error' }, 2)).toEqual(found.slice(-2))
})

test('the surroundings of a time begin before it and go on behind it', async () => {
  const { first, next } = await linesAround(logs, { appId: 'a' }, 9)

  expect([first.length, first.at(-1)!.text]).toEqual([200, 'fine 9999'])
  expect(next).toEqual({ after: first.at(-1)!.cursor })
  expect(await linesAround(logs, { appId: 'a' }, -1)).toEqual({ first: [], next: { since: -1 } })
})

test('the surroundings of a line begin some lines before it', async () => {
  const at = async (cursor: string) => (await linesAround(logs, { appId: 'a' }, cursor)).next.after

  expect(await at('000000000001000')).toBe('000000000000799')
  expect(await at('000000000000003')).toBe('000000000000000')
})
