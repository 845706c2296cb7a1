import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, test } from 'vitest'
import type { AppRow, ReleaseRow } from '../store/schema.ts'
import { Volumes } from './volumes.ts'

const APP = { id: 'app_1', current_release_id: 'rel_1' } as AppRow

function open(volumes?: Record<string, string>) {
  const directory = temporaryFolder().path
  const release = { settings_json: JSON.stringify({ volumes }) } as ReleaseRow
  const releases = { getById: async () => release }
  const place = (app: string, name: string, text: string) => {
    mkdirSync(join(directory, app, name), { recursive: true })
    writeFileSync(join(directory, app, name, 'file'), text)
  }
  return { directory, place, volumes: new Volumes({ directory, releases }) }
}

test('lists what the release names, and what an earlier one left, with sizes on disk', async () => {
  const { volumes, place } = open({ data: '/data', fresh: '/fresh' })
  place('app_1', 'data', 'x'.repeat(100_000))
  place('app_1', 'old', 'y')
  place('app_2', 'data', 'not ours')

  const listed = await volumes.list(APP)

  expect(listed.map(({ name, path }) => [name, path])).toEqual([
    ['data', '/data'],
    ['fresh', '/fresh'],
    ['old', null],
  ])
  expect(listed[0]!.sizeBytes).toBeGreaterThanOrEqual(100_000)
  expect(listed[1]!.sizeBytes).toBe(0)
})

test('counts no file that a link in a volume points to', async () => {
  const { volumes, place, directory } = open({ data: '/data' })
  place('app_1', 'data', 'x')
  const large = join(directory, 'large')
  writeFileSync(large, 'z'.repeat(1_000_000))
  symlinkSync(large, join(directory, 'app_1', 'data', 'link'))

  const [data] = await volumes.list(APP)

  expect(data!.sizeBytes).toBeLessThan(500_000)
})

test('an app without a release and without a folder has none', async () => {
  expect(await open().volumes.list({ ...APP, current_release_id: null })).toEqual([])
})

test('forgets the folder of one app, and is not troubled by one that is gone', async () => {
  const { volumes, place, directory } = open()
  place('app_1', 'data', 'x')
  place('app_2', 'data', 'x')

  await volumes.forget('app_1')
  await volumes.forget('app_1')

  expect(existsSync(join(directory, 'app_1'))).toBe(false)
  expect(existsSync(join(directory, 'app_2', 'data', 'file'))).toBe(true)
})
