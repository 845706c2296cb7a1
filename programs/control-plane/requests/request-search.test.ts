import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { RequestLine } from '@seaworthy/routes'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { RequestSearch } from './request-search.ts'

const START = Date.parse('2026-11-21T10:00:00.000Z')

function line(second: number, change: Partial<RequestLine> = {}): string {
  const time = new Date(START + second * 1000).toISOString()
  const facts = { ip: '192.0.2.1', method: 'GET', host: 'shop.localhost', path: `/${second}`, status: 200 }
  return JSON.stringify({
    time,
    id: `r-${second}`,
    ...facts,
    bytesIn: 0,
    bytesOut: 0,
    ms: 1,
    protocol: '1.1',
    ...change,
  })
}

function searchIn(files: Record<string, string>, patienceMs?: number) {
  const directory = temporaryFolder().path
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  return {
    directory,
    search: new RequestSearch({ directory, ...(patienceMs !== undefined && { patienceMs }) }),
  }
}

const lines = (from: number, to: number, change?: Partial<RequestLine>) =>
  Array.from({ length: to - from }, (_, index) => `${line(from + index, change)}\n`).join('')

const idsOf = (found: { lines: RequestLine[] }) => found.lines.map(({ id }) => id)

test('the newest lines are found over all files, and are told oldest first', async () => {
  const { search } = searchIn({
    'app_1/1000.log': lines(0, 10),
    'app_1/2000.log': lines(10, 20),
    'app_1/current.log': lines(20, 23),
    'app_2/current.log': lines(50, 60),
  })

  const found = await search.search({ appId: 'app_1', limit: 5 })

  expect(idsOf(found)).toEqual(['r-18', 'r-19', 'r-20', 'r-21', 'r-22'])
  expect(found).toMatchObject({ complete: true, searchedBackTo: START + 18_000 })
})

test('a search goes as far back as it must, through chunks and lines of any length', async () => {
  const long = { agent: 'ä'.repeat(60_000) }
  const { search } = searchIn({
    'app_1/current.log': `${line(0, { status: 500 })}\n${lines(1, 40, long)}${lines(40, 3000)}`,
  })

  const found = await search.search({ appId: 'app_1', status: '5xx', limit: 10 })
  const whole = await search.search({ appId: 'app_1', limit: 5000 })

  expect(idsOf(found)).toEqual(['r-0'])
  expect(whole.lines).toHaveLength(3000)
  expect(whole.lines[5]!.agent).toHaveLength(60_000)
})

test('a time bounds the search on both sides, though threads write side by side', async () => {
  const { search } = searchIn({ 'app_1/current.log': lines(0, 50) + lines(48, 49) + lines(51, 100) })
  const at = (second: number) => START + second * 1000

  const found = await search.search({ appId: 'app_1', since: at(48), until: at(51), limit: 100 })

  expect(idsOf(found)).toEqual(['r-48', 'r-48', 'r-49', 'r-51'])
})

test('a search that takes too long says so', async () => {
  const { search } = searchIn({ 'app_1/current.log': lines(0, 500) }, -1)

  const found = await search.search({ appId: 'app_1', limit: 100 })

  expect(found.complete).toBe(false)
})

test('half a line, a missing log and a strange app id find nothing and fail nothing', async () => {
  const { search } = searchIn({
    'app_1/current.log': `${lines(0, 1)}{"time":"2026-11-21T10:00:05.000Z","id":`,
  })

  expect(idsOf(await search.search({ appId: 'app_1', limit: 9 }))).toEqual(['r-0'])
  expect(await search.search({ appId: 'app_none', limit: 9 })).toMatchObject({ lines: [], complete: true })
  expect(await search.search({ appId: '../app_1', limit: 9 })).toMatchObject({ lines: [] })
})

test('an app that is gone for good leaves no lines', async () => {
  const { search, directory } = searchIn({
    'app_1/current.log': lines(0, 1),
    'app_2/current.log': lines(0, 1),
  })

  await search.forgetApp('app_1')
  await search.forgetApp('..')
  await search.forgetApp('app_none')

  expect(existsSync(join(directory, 'app_1'))).toBe(false)
  expect(existsSync(join(directory, 'app_2'))).toBe(true)
})
