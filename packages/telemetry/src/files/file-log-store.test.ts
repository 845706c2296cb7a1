import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { exitOf, type SpoolFixture, spoolFixture } from '../../test/spool-fixture.ts'
import type { LogLine, LogStore } from '../log-store.ts'
import type { FileLogStoreOptions } from './file-log-store.ts'

function setUp(options?: Partial<FileLogStoreOptions>): SpoolFixture & { logStore: LogStore } {
  const fixture = spoolFixture(temporaryFolder().path)
  return { ...fixture, logStore: closedAfterwards(fixture.store(options)) }
}

function closedAfterwards(store: LogStore): LogStore {
  onTestFinished(() => store.close())
  return store
}

const notLinux = await systemPart.missing('linux')
const texts = (lines: readonly LogLine[]) => lines.map(line => line.text)
const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => `line ${from + index}`)
const ALL = { appId: 'app', limit: 10_000 }

describe('keeping lines', () => {
  test('keeps both streams with their instance, process, release, time and a growing cursor', async () => {
    const { logStore, spool, write } = setUp()
    const web = spool('web.1', { release: 'v42' })
    const before = Date.now()
    logStore.attach(web)
    write(web, 'hello\n')
    await waitFor(async () => (await logStore.query(ALL)).length === 1)
    write(web, 'oops: ünïcödé 😀\n', 'stderr')

    const lines = await logStore.query(ALL)

    expect(lines).toMatchObject([
      { process: 'web', instanceId: 'web.1', release: 'v42', stream: 'stdout', text: 'hello' },
      { process: 'web', instanceId: 'web.1', release: 'v42', stream: 'stderr', text: 'oops: ünïcödé 😀' },
    ])
    expect(lines[0]!.at).toBeGreaterThanOrEqual(before)
    expect(lines[1]!.cursor > lines[0]!.cursor).toBe(true)
  })

  test('notices new lines by itself, in files that come after the attaching too', async () => {
    const { logStore, spool, write, logs } = setUp()
    const web = spool('web.1')
    logStore.attach(web)
    await waitFor(() => existsSync(join(logs)))

    write(web, 'noticed\n')

    await waitFor(() => existsSync(join(logs, 'app')), {
      timeoutMs: 5_000,
      what: 'the line to be kept unasked',
    })
  })

  test('keeps an unfinished last line when it ends, or at the detaching', async () => {
    const { logStore, spool, write } = setUp()
    const web = spool('web.1')
    logStore.attach(web)
    write(web, 'first\nsec')
    expect(texts(await logStore.query(ALL))).toEqual(['first'])

    write(web, 'ond\nlast words')
    expect(texts(await logStore.query(ALL))).toEqual(['first', 'second'])
    await logStore.detach('web.1')

    expect(texts(await logStore.query(ALL))).toEqual(['first', 'second', 'last words'])
    expect(existsSync(web.stdoutFile)).toBe(false)
  })

  test('hides secrets before they reach the disk, also when the output comes in pieces', async () => {
    const { logStore, spool, write, logs } = setUp()
    const web = spool('web.1', { secrets: ['hunter2hunter2'] })
    logStore.attach(web)
    write(web, 'a hunter2hunter2 b\nhunter2')
    await logStore.query(ALL)
    write(web, 'hunter2\n')

    const lines = await logStore.query(ALL)

    expect(texts(lines)).toEqual(['a [redacted] b', '[redacted]'])
    expect(readdirSync(join(logs, 'app'))).toHaveLength(1)
  })

  test('keeps a line of 3 MB in pieces and makes broken UTF-8 readable', async () => {
    const { logStore, spool, write } = setUp()
    const web = spool('web.1')
    write(web, `${'x'.repeat(3_000_000)}\n`)
    write(web, Buffer.from([0xc3, 0x28, 0x0a, 0x00, 0x41, 0x0a]))
    logStore.attach(web)
    await logStore.detach('web.1')

    const lines = texts(await logStore.query(ALL))

    const pieces = lines.slice(0, -2).map(line => line.replace(' [line continues]', ''))
    expect(pieces.join('')).toBe('x'.repeat(3_000_000))
    expect(Math.max(...pieces.map(piece => piece.length))).toBe(65_536)
    expect(lines.at(-2)).toBe('\ufffd(')
  })

  test('starts over when the app empties its output file', async () => {
    const { logStore, spool, write } = setUp()
    const web = spool('web.1')
    logStore.attach(web)
    write(web, 'a long first line\n')
    await logStore.query(ALL)
    truncateSync(web.stdoutFile, 0)
    write(web, 'second\n')

    expect(texts(await logStore.query(ALL))).toEqual(['a long first line', 'second'])
  })

  test('skips with a mark what an instance wrote far beyond what can be kept', async () => {
    const { logStore, spool, write } = setUp({ maxBacklogBytes: 1_000 })
    const web = spool('web.1')
    write(web, numbered(1_000).join('\n').concat('\n'))
    logStore.attach(web)
    await logStore.detach('web.1')

    const lines = texts(await logStore.query(ALL))

    expect(lines[0]).toMatch(/^\[seaworthy\] \d+ bytes of output skipped/)
    expect(lines.at(-1)).toBe('line 999')
    expect(lines.length).toBeLessThan(100)
  })

  test.skipIf(notLinux)('gives the disk space of kept output back', async () => {
    const { logStore, spool, write } = setUp({ punchBytes: 1_000_000 })
    const web = spool('web.1')
    logStore.attach(web)
    for (let round = 0; round < 4; round++) {
      write(web, `${'y'.repeat(999)}\n`.repeat(1_000))
      await logStore.query({ ...ALL, limit: 1 })
    }
    write(web, 'after the hole\n')

    expect((await logStore.query({ ...ALL, limit: 1 }))[0]!.text).toBe('after the hole')
    await waitFor(() => statSync(web.stdoutFile).blocks * 512 < 1_500_000, { what: 'the space to be free' })
    expect(statSync(web.stdoutFile).size).toBe(4_000_000 + 'after the hole\n'.length)
  })
})

describe('what apps wrote', () => {
  test('is gone from the spool once the log has it and nobody reads any more, without its unfinished end', async () => {
    const { logStore, spool, write } = setUp()
    const web = spool('web.1', { secrets: ['top-secret-value'] })
    logStore.attach(web)
    write(web, 'token top-secret-value\nnot finished top-')
    expect(texts(await logStore.query(ALL))).toEqual(['token [redacted]'])

    await logStore.close()

    const left = readFileSync(web.stdoutFile, 'utf8')
    expect(left.replaceAll('\0', '')).toBe('not finished top-')
  })

  test('is read on where it ended, by the next process, and blanked by it as well', async () => {
    const fixture = spoolFixture(temporaryFolder().path)
    const web = fixture.spool('web.1')
    const first = fixture.store()
    first.attach(web)
    fixture.write(web, 'one\nhalf a ')
    await first.query(ALL)
    await first.close()
    fixture.write(web, 'line\nthree\n')

    const second = fixture.store()
    second.attach(web)
    expect(texts(await second.query(ALL))).toEqual(['one', 'half a line', 'three'])
    await second.close()

    expect(readFileSync(web.stdoutFile, 'utf8').replaceAll('\0', '')).toBe('')
  })
})

describe('resuming', () => {
  test('goes on where the last process stopped, without a gap or a double, also in a later segment', async () => {
    const fixture = spoolFixture(temporaryFolder().path)
    const web = fixture.spool('web.1')
    let expected: string[] = []
    for (let round = 0; round < 5; round++) {
      const store = fixture.store({ segmentMaxBytes: 500 })
      store.attach(web)
      const lines = numbered(30, round * 30)
      fixture.write(web, `${lines.join('\n')}\n`)
      expected = [...expected, ...lines]
      expect(texts(await store.query(ALL))).toEqual(expected)
      await store.close()
    }
  })

  test.each([1, 20, 47, 48, 60, 90])(
    'cuts off a record that lost its last %s bytes, and reads its lines again',
    async lost => {
      const fixture = spoolFixture(temporaryFolder().path)
      const web = fixture.spool('web.1')
      const first = fixture.store()
      first.attach(web)
      fixture.write(web, 'kept\n')
      await first.query(ALL)
      fixture.write(web, 'torn by a crash, torn by a crash, torn by a crash\n')
      await first.query(ALL)
      const written = readFileSync(web.stdoutFile)
      await first.close()
      writeFileSync(web.stdoutFile, written) // it is blanked only after the log is on disk for good
      const [segment] = readdirSync(join(fixture.logs, 'app')).map(name => join(fixture.logs, 'app', name))
      truncateSync(segment!, statSync(segment!).size - lost)

      const second = closedAfterwards(fixture.store())
      second.attach(web)

      expect(texts(await second.query(ALL))).toEqual([
        'kept',
        'torn by a crash, torn by a crash, torn by a crash',
      ])
    },
  )

  test('forgets a detached spool, so that its name can be used again', async () => {
    const { logStore, spool, write } = setUp()
    const web = spool('web.1')
    write(web, 'first life\n')
    logStore.attach(web)
    await logStore.detach('web.1')
    write(web, 'second\n')
    logStore.attach(web)
    await logStore.detach('web.1')

    expect(texts(await logStore.query(ALL))).toEqual(['first life', 'second'])
    await logStore.detach('nobody')
  })
})

describe('querying', () => {
  test('filters by text, process, instance, time and cursor; the newest lines win', async () => {
    const { logStore, spool, write } = setUp({ segmentMaxBytes: 2_000 })
    const web = spool('web.1')
    const worker = spool('worker.1', { process: 'worker' })
    for (const each of [web, worker]) logStore.attach(each)
    write(web, `${numbered(100).join('\n')}\n`)
    const middle = (await logStore.query(ALL)).at(-1)!
    await waitFor(() => Date.now() > middle.at)
    write(worker, `${numbered(100, 100).join('\n')}\n`)
    write(web, 'The ERROR of web\n', 'stderr')

    const query = (filter: object) => logStore.query({ ...ALL, ...filter }).then(texts)

    expect(await query({ limit: 3, process: 'worker' })).toEqual(['line 197', 'line 198', 'line 199'])
    expect(await query({ grep: 'error' })).toEqual(['The ERROR of web'])
    expect(await query({ grep: 'line 19', limit: 2 })).toEqual(['line 198', 'line 199'])
    expect(await query({ grep: 'NE 7', instanceId: 'web.1' })).toHaveLength(11)
    expect(await query({ grep: 'nowhere' })).toEqual([])
    expect(await query({ until: middle.at })).toEqual(numbered(100))
    expect(await query({ since: middle.at + 1 })).toHaveLength(101)
    expect(await query({ after: middle.cursor, limit: 1_000 })).toHaveLength(101)
    expect(await query({ instanceId: 'web.1', process: 'worker' })).toEqual([])
  })

  test('knows nothing of other apps', async () => {
    const { logStore, spool, write } = setUp()
    const one = spool('a.1', { appId: 'one' })
    const two = spool('b.1', { appId: 'two' })
    for (const each of [one, two]) logStore.attach(each)
    write(one, 'of one\n')
    write(two, 'of two\n')

    expect(texts(await logStore.query({ appId: 'one', limit: 10 }))).toEqual(['of one'])
    expect(await logStore.query({ appId: 'nobody', limit: 10 })).toEqual([])
  })

  test('refuses an app id that leads out of the folder and a cursor that is none', async () => {
    const { logStore, spool } = setUp()

    await expect(logStore.query({ appId: '../x', limit: 1 })).rejects.toMatchObject({
      code: 'LOG_ID_INVALID',
    })
    await expect(logStore.query({ ...ALL, after: 'x' })).rejects.toMatchObject({ code: 'LOG_CURSOR_INVALID' })
    expect(() => logStore.attach(spool('a', { appId: '..' }))).toThrow('ids of letters')
  })

  test('drops the lines of one app, and goes on with what it still reads', async () => {
    const { logStore, spool, write, logs } = setUp()
    const web = spool('web.1')
    logStore.attach(web)
    write(web, 'old\n')
    await logStore.query(ALL)

    await logStore.drop('app')
    expect(await logStore.query(ALL)).toEqual([])
    write(web, 'new\n')

    expect(texts(await logStore.query(ALL))).toEqual(['new'])
    await logStore.detach('web.1')
    await logStore.drop('app')
    expect(existsSync(join(logs, 'app'))).toBe(false)
  })

  test('answers nothing after it is closed', async () => {
    const { store } = spoolFixture(temporaryFolder().path)
    const logStore = store()
    await logStore.close()

    await expect(logStore.query(ALL)).rejects.toMatchObject({ code: 'LOG_STORE_CLOSED' })
  })
})

describe('retention', () => {
  test('deletes the oldest lines of an app beyond its size', async () => {
    const { logStore, spool, write, logs } = setUp({
      segmentMaxBytes: 10_000,
      retention: { maxBytesPerApp: 50_000, maxAgeDays: 30 },
    })
    const web = spool('web.1')
    const quiet = spool('quiet.1', { appId: 'quiet' })
    for (const each of [web, quiet]) logStore.attach(each)
    write(quiet, 'still here\n')
    for (let round = 0; round < 20; round++) {
      write(web, `${numbered(500, round * 500).join('\n')}\n`)
      await logStore.query({ ...ALL, limit: 1 })
    }

    const names = readdirSync(join(logs, 'app'))
    const bytes = names.reduce((sum, name) => sum + statSync(join(logs, 'app', name)).size, 0)
    const lines = texts(await logStore.query(ALL))
    expect(bytes).toBeLessThan(65_000)
    expect(lines).toEqual(numbered(lines.length, 10_000 - lines.length))
    expect(lines.length).toBeGreaterThan(2_000)
    expect(texts(await logStore.query({ appId: 'quiet', limit: 5 }))).toEqual(['still here'])
  })

  test('deletes lines that are too old, also those of an app that is quiet', async () => {
    const fixture = spoolFixture(temporaryFolder().path)
    const first = fixture.store()
    const web = fixture.spool('web.1')
    first.attach(web)
    fixture.write(web, 'old\n')
    await first.query(ALL)
    await first.close()

    const second = closedAfterwards(fixture.store({ retention: { maxBytesPerApp: 1e9, maxAgeDays: 1e-9 } }))
    second.attach(fixture.spool('other.1', { appId: 'other' }))

    await waitFor(async () => (await second.query(ALL)).length === 0, { what: 'the old line to be gone' })
    second.attach(web)
    fixture.write(web, 'young\n')
    await waitFor(async () => {
      const { length } = readdirSync(join(fixture.logs, 'app'))
      return length === 1 && (await second.query(ALL)).every(line => line.text === 'young')
    })
  })
})

describe('real writers', () => {
  test('keeps all lines of three processes that write at once, while segments rotate', async () => {
    const { logStore, spool, writer, logs } = setUp({ segmentMaxBytes: 100_000, punchBytes: 200_000 })
    const spools = ['a.1', 'b.1', 'c.1'].map(id => spool(id))
    for (const each of spools) logStore.attach(each)

    await Promise.all(spools.map(each => exitOf(writer(each, each.instanceId, 10_000, 20_000))))
    await Promise.all(spools.map(each => logStore.detach(each.instanceId)))

    for (const { instanceId } of spools) {
      const kept = texts(await logStore.query({ ...ALL, instanceId }))
      expect(kept).toEqual(Array.from({ length: 10_000 }, (_, number) => `${instanceId} ${number} `))
    }
    expect(readdirSync(join(logs, 'app')).length).toBeGreaterThan(1)
    rmSync(logs, { recursive: true })
  })
})
