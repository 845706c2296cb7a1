import { linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import { homeFolders } from '../platform/home-folders.ts'
import { attribute } from './disk-kinds.ts'
import { measureHome, sumUp } from './measure-home.ts'
import { reclaimable } from './reclaim-plan.ts'

const HEX = 'a'.repeat(64)
const KB_100 = Buffer.alloc(100_000, 1)

function write(home: string, path: string): string {
  const file = join(home, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, KB_100)
  return file
}

test('every byte has its kind, and its app where it is one alone', async () => {
  const home = temporaryFolder().path
  for (const path of [
    'volumes/app_1/data/file',
    'logs/apps/app_1/1.log',
    'database/seaworthy.sqlite',
    'stranger/file',
  ])
    write(home, path)

  const sums = sumUp(await measureHome(home))

  const of = (kind: string, appId: string | null) =>
    sums.find(sum => sum.kind === kind && sum.appId === appId)?.bytes
  for (const [kind, appId] of [
    ['volume', 'app_1'],
    ['log', 'app_1'],
    ['database', null],
    ['unknown', null],
  ] as const) {
    expect(of(kind, appId), kind).toBeGreaterThanOrEqual(100_000)
    expect(of(kind, appId), kind).toBeLessThan(130_000)
  }
})

test('what the platform did not make is told with its place, the largest first', async () => {
  const home = temporaryFolder().path
  for (const path of ['notes.txt', 'stranger/deep/file', 'stranger/other', 'run/file']) write(home, path)

  const [unknown] = sumUp(await measureHome(home)).filter(({ kind }) => kind === 'unknown')

  expect(unknown).toMatchObject({ places: ['stranger', 'notes.txt'] })
})

test('nothing that the platform makes is unknown to it', () => {
  const places = Object.values(homeFolders('/home/of')).map(path => path.slice('/home/of/'.length))

  expect(places.filter(place => attribute(`${place}/file`).kind === 'unknown')).toEqual([])
})

test('a file with two names counts once, and links count for themselves alone', async () => {
  const home = temporaryFolder().path
  const file = write(home, 'artifacts/one')
  linkSync(file, join(home, 'artifacts', 'two'))
  symlinkSync(file, join(home, 'artifacts', 'three'))
  symlinkSync('/', join(home, 'artifacts', 'everything'))

  const sum = sumUp(await measureHome(home)).reduce((all, { bytes }) => all + bytes, 0)

  expect(sum).toBeLessThan(130_000)
})

test('what goes while it is measured is no error', async () => {
  const home = temporaryFolder().path
  for (let number = 0; number < 1_200; number += 1) {
    mkdirSync(join(home, 'builds', `${number}`), { recursive: true })
    writeFileSync(join(home, 'builds', `${number}`, 'file'), 'x')
  }

  const measuring = measureHome(home)
  rmSync(join(home, 'builds'), { recursive: true })

  expect(await measuring).toBeDefined()
})

test('a measure that is cancelled ends', async () => {
  const home = temporaryFolder().path
  write(home, 'file')

  await expect(measureHome(home, AbortSignal.abort())).rejects.toThrow(/abort/i)
})

test('only trees of ours that nothing names are reclaimed', async () => {
  const home = temporaryFolder().path
  for (const first of ['artifacts', 'sources', 'volumes', 'stranger']) write(home, `${first}/${HEX}/file`)
  write(home, 'artifacts/of-somebody-else/file')
  const parts = await measureHome(home)

  const none = reclaimable(parts, new Set([`sha256:${HEX}`]))
  const all = reclaimable(parts, new Set())

  expect(none).toEqual([])
  expect(all.map(({ kind, name }) => [kind, name]).sort()).toEqual([
    ['artifact', `sha256:${HEX}`],
    ['source', `sha256:${HEX}`],
  ])
})

test.each([
  ['logs/edge/requests/app_9/x.log', { kind: 'log', appId: 'app_9' }],
  ['logs/builds/7.log', { kind: 'log' }],
  ['volumes/lost+found', { kind: 'volume' }],
  ['keys/master.json', { kind: 'platform' }],
  ['artifacts/tmp/x', { kind: 'artifact' }],
  ['mine.txt', { kind: 'unknown', place: 'mine.txt' }],
])('%s is %o', (path, expected) => {
  expect(attribute(path)).toEqual(expected)
})
