import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRedactor } from '../redactor.ts'
import { SPLIT_MARK, takeLines } from './take-lines.ts'

const redactor = createRedactor([])

function take(text: string | Buffer, options: Partial<Parameters<typeof takeLines>[1]> = {}) {
  const taken = takeLines(Buffer.from(text), { redactor, maxLineBytes: 20, isEnd: false, ...options })
  return { lines: taken.text.toString().split('\n').slice(0, -1), ...taken }
}

describe('taking lines', () => {
  test('takes what has ended and leaves the rest', () => {
    expect(take('one\n\ntwo\nthr')).toMatchObject({ lines: ['one', '', 'two'], lineCount: 3, takenBytes: 9 })
  })

  test('takes a last line without its newline only at the end', () => {
    expect(take('rest')).toMatchObject({ lineCount: 0, takenBytes: 0 })
    expect(take('rest', { isEnd: true })).toMatchObject({ lines: ['rest'], lineCount: 1, takenBytes: 4 })
  })

  test('makes Windows line ends and invalid UTF-8 harmless', () => {
    expect(take('a\r\nb\r\n').lines).toEqual(['a', 'b'])
    expect(take(Buffer.from([0x61, 0xff, 0x62, 0x0a])).lines).toEqual(['a\ufffdb'])
  })

  test('splits a line that is too long, never inside a character', () => {
    const long = `${'x'.repeat(19)}é${'y'.repeat(25)}\nnext\n`

    expect(take(long).lines).toEqual([
      'x'.repeat(19) + SPLIT_MARK,
      `é${'y'.repeat(18)}${SPLIT_MARK}`,
      'y'.repeat(7),
      'next',
    ])
  })

  test('takes a piece of a line that is too long and has not ended', () => {
    expect(take('z'.repeat(30))).toMatchObject({ lines: ['z'.repeat(20) + SPLIT_MARK], takenBytes: 20 })
  })

  test('never cuts through a secret', () => {
    const hiding = createRedactor(['top-secret'])
    for (let before = 0; before <= 40; before++) {
      const line = `${'x'.repeat(before)}top-secret${'y'.repeat(45)}`
      const ended = take(`${line}\n`, { redactor: hiding }).lines.join('')
      const unfinished = takeAll(line, hiding)

      for (const shown of [ended, unfinished]) {
        expect(shown).toContain('[redacted]')
        expect(shown.replaceAll(SPLIT_MARK, '')).not.toMatch(/top|secret/)
      }
    }
  })

  test('keeps every byte of valid text, however it is cut into reads', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 30 })), fc.nat(60), (parts, window) => {
        const text = parts.map(part => `${part.replaceAll(/[\n\r\0]/g, '')}\n`).join('')

        expect(takeAll(text, redactor, window + 25)).toBe(text.replaceAll('\n', ''))
      }),
    )
  })
})

/** Reads as the spool reader does: windows from where the last one left off. Returns the text without line breaks. */
function takeAll(text: string, hiding: typeof redactor, windowBytes = 60): string {
  const bytes = Buffer.from(text)
  let shown = ''
  for (let position = 0; position < bytes.length; ) {
    const raw = bytes.subarray(position, position + windowBytes)
    const isEnd = position + raw.length >= bytes.length
    const taken = takeLines(raw, { redactor: hiding, maxLineBytes: 20, isEnd })
    position += taken.takenBytes
    shown += taken.text.toString()
  }
  return shown.replaceAll(`${SPLIT_MARK}\n`, '').replaceAll('\n', '')
}
