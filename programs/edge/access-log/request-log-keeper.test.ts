import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { createEdgeLog } from '../edge-log.ts'
import { RequestLogKeeper } from './request-log-keeper.ts'

const DAY_MS = 86_400_000
const NOW = Date.parse('2026-11-21T10:00:00.000Z')

function keeperOf(files: Record<string, string>) {
  const directory = temporaryFolder().path
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(directory, path, '..'), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  const reopened: string[] = []
  const keeper = new RequestLogKeeper({
    directory,
    reopen: folder => void reopened.push(folder),
    log: createEdgeLog(() => undefined),
  })
  return {
    keeper,
    reopened,
    directory,
    list: (folder: string) => readdirSync(join(directory, folder)).sort(),
  }
}

const line = (at: number) => `{"time":"${new Date(at).toISOString()}","id":"a"}\n`

test('files whose days are over are removed, by what the app asked for', async () => {
  const old = `${NOW - 5 * DAY_MS}.log`
  const { keeper, list } = keeperOf({
    [`app_1/${old}`]: line(NOW - 6 * DAY_MS),
    'app_1/current.log': line(NOW),
    [`app_2/${old}`]: line(NOW - 6 * DAY_MS),
    'app_2/current.log': line(NOW),
  })
  const route = { appId: 'app_2', observe: { logMaxDays: 3 } }
  keeper.setTable({ version: 1, routes: [route as never] })

  await keeper.sweep(NOW)

  expect(list('app_1')).toEqual([old, 'current.log'])
  expect(list('app_2')).toEqual(['current.log'])
})

test('a file that holds more than a day is put aside, so that its lines can grow too old', async () => {
  const { keeper, reopened, list } = keeperOf({
    'app_1/current.log': line(NOW - 2 * DAY_MS),
    'app_2/current.log': line(NOW - 1000),
  })

  await keeper.sweep(NOW)

  expect(reopened).toEqual(['app_1'])
  expect(list('app_1')).toHaveLength(1)
  expect(list('app_1')).not.toContain('current.log')
  expect(list('app_2')).toEqual(['current.log'])
})

test('what cannot be read stops nobody, and a folder without files goes', async () => {
  const { keeper, directory, list } = keeperOf({
    'app_1/current.log': 'no line',
    [`app_2/${NOW - 400 * DAY_MS}.log`]: '',
    'stray file': '',
  })
  utimesSync(join(directory, 'stray file'), 0, 0)

  await keeper.sweep(NOW)

  expect(list('app_1')).toEqual(['current.log'])
  expect(list('')).toEqual(['app_1', 'stray file'])
})
