import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '@seaworthy/testing'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { advance, cursorAtStart, type LogCursor, readCursor, SeenFilter, sinceOf } from './log-cursor.ts'
import { type LogFrame, LogFrameReader } from './log-frames.ts'

const frame = (timestamp: string, text: string, stream: 'out' | 'err' = 'out'): LogFrame => ({
  stream,
  timestamp,
  data: Buffer.from(text),
})

/** Message number `index`; every time is that of up to three messages, and stderr is kept later than it is stamped. */
const timeOf = (index: number, stream: 'out' | 'err') => {
  const step = Math.floor(index / 3) + (stream === 'out' ? 4 : 0)
  return `2026-11-21T12:00:00.${String(step).padStart(9, '0')}Z`
}

/** As the engine answers: what is at or after the time that it is asked for. */
const askedFor = (all: LogFrame[], cursor: LogCursor) =>
  all.filter(one => Date.parse(one.timestamp) / 1000 >= Number(sinceOf(cursor)))

describe('the cursor of an output', () => {
  test('whenever the copying is cut off, nothing is lost and nothing doubled', () => {
    const messages = fc.array(
      fc.record({
        text: fc.string({ minLength: 1, maxLength: 8 }),
        stream: fc.constantFrom('out' as const, 'err' as const),
      }),
      { maxLength: 30 },
    )
    // How many messages each run copies, and how many bytes of the last one it appended before it died.
    const runs = fc.array(fc.record({ copied: fc.nat(8), torn: fc.nat(8), isCursorWritten: fc.boolean() }))
    fc.assert(
      fc.property(messages, runs, (told, cuts) => {
        const all = told.map(({ text, stream }, index) => frame(timeOf(index, stream), text, stream))
        const files = { out: '', err: '' }
        let stored = cursorAtStart({ out: 0, err: 0 })
        for (const cut of [...cuts, { copied: all.length, torn: 0, isCursorWritten: true }]) {
          const reached = copy(all, { stored, files, ...cut })
          if (cut.isCursorWritten) stored = reached
        }
        for (const stream of ['out', 'err'] as const) {
          const whole = all.filter(one => one.stream === stream).map(one => one.data.toString())
          expect(files[stream]).toBe(Buffer.from(whole.join('')).toString('latin1'))
        }
      }),
    )
  })

  test('asks the engine from two seconds before its earlier time on', () => {
    const cursor = advance(cursorAtStart({ out: 0, err: 0 }), frame('2026-11-21T12:00:01.000000042Z', 'x'))

    const both = advance(cursor, frame('2026-11-21T12:00:00.900000000Z', 'x', 'err'))

    expect(sinceOf(cursor)).toBe(`${Date.parse('2026-11-21T12:00:01Z') / 1000 - 2}.000000042`)
    expect(sinceOf(both)).toBe(`${Date.parse('2026-11-21T12:00:00Z') / 1000 - 2}.900000000`)
    expect(sinceOf(cursorAtStart({ out: 0, err: 0 }))).toBe('0')
  })
})

interface Run {
  stored: LogCursor
  /** Bytes as latin1, so that a length is a number of bytes. */
  files: { out: string; err: string }
  copied: number
  torn: number
}

/** What one run of the platform does until it dies. The cursor it would have written. */
function copy(all: LogFrame[], { stored, files, copied, torn }: Run): LogCursor {
  const filter = new SeenFilter(stored, { out: files.out.length, err: files.err.length })
  let cursor = stored
  const fresh = askedFor(all, stored).filter(one => filter.isAfter(one))
  for (const one of fresh.slice(0, copied)) {
    files[one.stream] += filter.withoutAppended(one).toString('latin1')
    cursor = advance(cursor, one)
    cursor.lengths = { ...cursor.lengths, [one.stream]: cursor.lengths[one.stream] + one.data.length }
  }
  const next = fresh[copied]
  if (next) files[next.stream] += filter.withoutAppended(next).subarray(0, torn).toString('latin1')
  return cursor
}

test('a cursor of a version with one time for both streams passes all of that time', () => {
  const { path } = temporaryFolder()
  const file = join(path, 'old.cursor')
  const timestamp = '2026-11-21T12:00:01.000000042Z'
  writeFileSync(file, JSON.stringify({ timestamp, messagesAtTime: 2, lengths: { out: 1, err: 0 } }))

  const cursor = readCursor(file)!

  expect(cursor.lengths).toEqual({ out: 1, err: 0 })
  const filter = new SeenFilter(cursor, { out: 1, err: 0 })
  expect(filter.isAfter(frame(timestamp, 'x'))).toBe(false)
  expect(filter.isAfter(frame('2026-11-21T12:00:01.000000043Z', 'x', 'err'))).toBe(true)
})

describe('the frames of the engine', () => {
  const bytes = (type: number, text: string) => {
    const payload = Buffer.from(`2026-11-21T12:00:00.123456789Z ${text}`)
    const header = Buffer.alloc(8)
    header[0] = type
    header.writeUInt32BE(payload.length, 4)
    return Buffer.concat([header, payload])
  }

  test('are found wherever the stream is cut into chunks', () => {
    const stream = Buffer.concat([bytes(1, 'one\n'), bytes(2, 'ünïcode\n'), bytes(1, '')])
    for (let size = 1; size <= stream.length; size++) {
      const reader = new LogFrameReader()
      const frames: LogFrame[] = []
      for (let at = 0; at < stream.length; at += size)
        frames.push(...reader.read(stream.subarray(at, at + size)))
      expect(frames.map(one => [one.stream, one.data.toString()])).toEqual([
        ['out', 'one\n'],
        ['err', 'ünïcode\n'],
        ['out', ''],
      ])
    }
  })

  test('that are none end the reading', () => {
    expect(() => new LogFrameReader().read(bytes(7, 'x'))).toThrow(/no message/)
  })
})
