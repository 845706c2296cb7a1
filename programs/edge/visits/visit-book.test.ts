import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createEdgeLog } from '../edge-log.ts'
import { VisitBook } from './visit-book.ts'
import { VisitDay } from './visit-day.ts'
import type { AppViews } from './visit-messages.ts'
import { VisitSums } from './visit-sums.ts'

const HOUR_AT = Date.parse('2026-11-21T10:00:00.000Z')

function views(change: Partial<AppViews> = {}): AppViews {
  const lists = { pages: [], referrers: [], devices: [], browsers: [], countries: [] }
  return {
    appId: 'app_1',
    hourAt: HOUR_AT,
    views: 1,
    bots: 0,
    unfollowed: 0,
    visitors: [1],
    ...lists,
    ...change,
  }
}

async function openBook(directory = temporaryFolder().path): Promise<{ book: VisitBook; directory: string }> {
  const book = new VisitBook({
    directory,
    announceSalt: () => undefined,
    log: createEdgeLog(() => undefined),
  })
  await book.start()
  onTestFinished(() => book.stop())
  return { book, directory }
}

test('a visitor counts once, whichever worker saw them, and for each app alone', async () => {
  const { book } = await openBook()

  book.add([views({ visitors: [1, 2] })])
  book.add([views({ visitors: [2, 3], pages: [['/', 2]] }), views({ appId: 'app_2', visitors: [1] })])

  const { apps } = book.batch()!
  expect(apps.map(({ appId, views, visits }) => [appId, views, visits])).toEqual([
    ['app_1', 2, 3],
    ['app_2', 1, 1],
  ])
  expect(apps[0]!.pages).toEqual([['/', 2]])
})

test('a batch is told until it is forgotten, and what came meanwhile is in the next one', async () => {
  const { book } = await openBook()
  book.add([views()])
  const first = book.batch()!
  book.add([views({ views: 5 })])

  expect(book.batch()).toBe(first)
  book.forget('another')
  expect(book.batch()).toBe(first)
  book.forget(first.id)

  const second = book.batch()!
  expect(second.id).not.toBe(first.id)
  expect(second.apps[0]).toMatchObject({ views: 5, visits: 0 })
  book.forget(second.id)
  expect(book.batch()).toBeUndefined()
})

test('what nobody fetched outlives the edge, with the name under which it was told', async () => {
  const { book, directory } = await openBook()
  book.add([views({ views: 3 })])
  const { id } = book.batch()!
  book.add([views({ views: 4, visitors: [1, 9] })])
  await book.stop()
  leaveBy(directory, DEAD_PID)

  const next = await openBook(directory)

  expect(next.book.salt).toBe(book.salt)
  expect(next.book.batch()).toMatchObject({ id, apps: [{ views: 3, visits: 1 }] })
  next.book.forget(id)
  expect(next.book.batch()!.apps).toMatchObject([{ views: 4, visits: 1 }])
  next.book.add([views({ visitors: [9] })])
  expect(readdirSync(directory)).not.toContain(`pending-${DEAD_PID}.json`)
})

test('what an edge left that cannot be read is dropped, and the others go on', async () => {
  const directory = temporaryFolder().path
  writeFileSync(join(directory, `pending-${DEAD_PID}.json`), '{"open": [')

  const { book } = await openBook(directory)
  book.add([views()])

  expect(book.batch()!.apps).toHaveLength(1)
})

test('with the day its salt and its visitors are gone', async () => {
  const directory = temporaryFolder().path
  const file = join(directory, 'day.json')
  const day = new VisitDay({ file, now: HOUR_AT })
  const { salt } = day
  expect(day.newVisitors('app_1', [1, 2, 2])).toBe(2)
  await day.save()
  expect(statSync(file).mode & 0o777).toBe(0o600)

  expect(day.turn(HOUR_AT + 1_000)).toBe(false)
  expect(day.turn(HOUR_AT + 86_400_000)).toBe(true)
  await day.save()

  expect(readFileSync(file, 'utf8')).not.toContain(salt)
  expect(day.newVisitors('app_1', [1])).toBe(1)
  const restarted = new VisitDay({ file, now: HOUR_AT })
  await restarted.load()
  expect(restarted.newVisitors('app_1', [1])).toBe(1)
})

test('a flood of paths is counted as others: the sum is right, the memory bounded', () => {
  const sums = new VisitSums()
  for (let number = 0; number < 5_000; number++) {
    const { visitors: _, ...seen } = views({ pages: [[`/made-up/${number}`, 2]] })
    sums.add({ ...seen, visits: 0 })
  }

  const [{ pages }] = sums.list() as [ReturnType<VisitSums['list']>[number]]
  expect(pages.length).toBeLessThanOrEqual(501)
  expect(pages.reduce((sum, [, count]) => sum + count, 0)).toBe(10_000)
  expect(pages[0]![0]).toBe('')
})

/** A process that is none: pids end at 2^22. */
const DEAD_PID = 2 ** 22 + 7

/** As if the file of this process were another's, which has died. */
function leaveBy(directory: string, pid: number): void {
  mkdirSync(directory, { recursive: true })
  writeFileSync(
    join(directory, `pending-${pid}.json`),
    readFileSync(join(directory, `pending-${process.pid}.json`)),
  )
  writeFileSync(join(directory, `pending-${process.pid}.json`), '{"open":[]}')
}
