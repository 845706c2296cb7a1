import { temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exitOf, spoolFixture } from '../../test/spool-fixture.ts'
import type { LogLine, LogQuery, LogStore } from '../log-store.ts'
import type { FileLogStoreOptions } from './file-log-store.ts'

function setUp(options?: Partial<FileLogStoreOptions>) {
  const fixture = spoolFixture(temporaryFolder().path)
  const logStore = fixture.store(options)
  onTestFinished(() => logStore.close())
  return { ...fixture, logStore }
}

/** Follows in the background; `lines` fills as they come. */
function following(logStore: LogStore, query: Partial<LogQuery> = {}) {
  const abort = new AbortController()
  const lines: LogLine[] = []
  const iterator = logStore.follow({ appId: 'app', ...query }, abort.signal)[Symbol.asyncIterator]()
  const ended = (async () => {
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) lines.push(next.value)
  })()
  const texts = () => lines.map(line => line.text)
  return { texts, lines, ended, abort }
}

const ALL = { appId: 'app', limit: 10_000 }

describe('following', () => {
  test('gives new lines only, until the signal aborts', async () => {
    const { logStore, spool, write } = setUp()
    const web = spool('web.1')
    logStore.attach(web)
    write(web, 'before\n')
    await logStore.query(ALL)
    const follower = following(logStore, { grep: 'NEW' })
    await waitFor(async () => {
      write(web, 'new\nother\n')
      return follower.lines.length > 0
    })

    follower.abort.abort()
    await follower.ended

    expect(new Set(follower.texts())).toEqual(new Set(['new']))
  })

  test('goes on after a cursor without a gap or a double while lines pour in', async () => {
    const { logStore, spool, writer } = setUp({ segmentMaxBytes: 50_000 })
    const web = spool('web.1')
    logStore.attach(web)
    const writing = exitOf(writer(web, 'n', 20_000, 20_000))
    const seen: LogLine[] = []
    let after = '0'
    while (seen.length < 20_000) {
      const follower = following(logStore, { after })
      const enough = Math.min(20_000 - seen.length, 1_500)
      await waitFor(() => follower.lines.length >= enough, { what: `lines after ${after}` })
      follower.abort.abort()
      await follower.ended
      seen.push(...follower.lines)
      after = seen.at(-1)!.cursor
    }
    await writing

    expect(seen.map(line => line.text)).toEqual(Array.from({ length: 20_000 }, (_, number) => `n ${number} `))
    expect(new Set(seen.map(line => line.cursor)).size).toBe(20_000)
  })

  test('gets a flood at the pace that is set, and all of it', async () => {
    const { logStore, spool, write } = setUp({ collectBytesPerSecond: 500_000 })
    const web = spool('web.1')
    write(web, `${'x'.repeat(999)}\n`.repeat(1_000))
    const follower = following(logStore)
    const beganAt = performance.now()
    logStore.attach(web)

    await waitFor(() => follower.lines.length === 1_000, { what: 'all lines' })

    // At most one buffer of 256 KB comes at once, and one after the last rest.
    expect(performance.now() - beganAt).toBeGreaterThan(900)
    follower.abort.abort()
    await follower.ended
  })

  test('begins with the lines since a time', async () => {
    const { logStore, spool, write } = setUp()
    const web = spool('web.1')
    logStore.attach(web)
    write(web, 'old\n')
    const [old] = await logStore.query(ALL)
    await waitFor(() => Date.now() > old!.at)
    write(web, 'recent\n')
    await waitFor(async () => (await logStore.query(ALL)).length === 2)

    const follower = following(logStore, { since: old!.at + 1 })
    await waitFor(() => follower.lines.length === 1)
    write(web, 'live\n')

    await waitFor(() => follower.lines.length === 2)
    expect(follower.texts()).toEqual(['recent', 'live'])
    follower.abort.abort()
  })

  test('takes a cursor from before the lines were dropped as "from now on"', async () => {
    const { logStore, spool, write } = setUp()
    const web = spool('web.1')
    logStore.attach(web)
    const follower = following(logStore, { after: '000000000999999' })
    await waitFor(async () => {
      write(web, 'new\n')
      return follower.lines.length > 0
    })
    follower.abort.abort()
  })

  test('leaves lines out for a slow reader and says how many, while the writer goes on', async () => {
    const { logStore, spool, write } = setUp({ maxFollowQueueBytes: 5_000 })
    const web = spool('web.1')
    logStore.attach(web)
    const abort = new AbortController()
    const iterator = logStore.follow({ appId: 'app' }, abort.signal)[Symbol.asyncIterator]()
    const first = iterator.next()
    await waitFor(async () => {
      write(web, 'begin\n')
      return Promise.race([first, undefined])
    })
    for (let round = 0; round < 50; round++) {
      write(web, `${`${round}`.padEnd(499, '.')}\n`.repeat(2))
      await logStore.query({ ...ALL, limit: 1 })
    }

    const lines: LogLine[] = []
    while (!lines.at(-1)?.text.startsWith('49')) lines.push((await iterator.next()).value)
    abort.abort()

    const marks = lines.filter(line => line.process === 'platform')
    const skipped = marks.map(mark => Number(/(\d+) lines skipped/.exec(mark.text)?.[1]))
    expect(marks.length).toBeGreaterThan(0)
    expect(skipped.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(60)
    const next = lines[lines.indexOf(marks[0]!) + 1]!
    const [missed] = await logStore.query({ ...ALL, limit: 1, after: marks[0]!.cursor })
    expect(missed).toBeDefined()
    expect(Number(next.cursor)).toBe(Number(marks[0]!.cursor) + 1)
  })

  test('ends when the store closes', async () => {
    const { store } = spoolFixture(temporaryFolder().path)
    const logStore = store()
    const follower = following(logStore)

    await logStore.close()

    await follower.ended
  })
})
