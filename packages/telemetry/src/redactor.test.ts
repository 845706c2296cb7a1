import { describe, expect, test } from 'vitest'
import { createRedactor } from './redactor.ts'

const SECRET = 'pa55/w+rd?"x&ü'

describe('a redactor', () => {
  test.each([
    ['as it is', `password: ${SECRET}!`, 'password: [redacted]!'],
    ['in JSON', JSON.stringify({ password: SECRET }), '{"password":"[redacted]"}'],
    ['in a URL', `https://u:${encodeURIComponent(SECRET)}@h/`, 'https://u:[redacted]@h/'],
    ['in a form', new URLSearchParams({ p: SECRET, q: '1' }).toString(), 'p=[redacted]&q=1'],
    ['in HTML', `<b>${'pa55/w+rd?&quot;x&amp;ü'}</b>`, '<b>[redacted]</b>'],
    ['in hex', `x'${Buffer.from(SECRET).toString('hex')}'`, "x'[redacted]'"],
    ['in upper-case hex', Buffer.from(SECRET).toString('hex').toUpperCase(), '[redacted]'],
    ['in base64', `auth=${Buffer.from(SECRET).toString('base64')} end`, 'auth=[redacted] end'],
    ['in base64url', `auth=${Buffer.from(SECRET).toString('base64url')} end`, 'auth=[redacted] end'],
  ])('hides a value %s', (_how, line, expected) => {
    expect(createRedactor([SECRET]).redact(line)).toBe(expected)
  })

  test.each(['u:', 'us:', 'use:', 'user:'])('hides a value inside the base64 of %s<value>', before => {
    const encoded = Buffer.from(`${before}${SECRET}${SECRET}`).toString('base64')

    const redacted = createRedactor([SECRET]).redact(encoded)

    const shown = redacted.split('[redacted]').map(part => Buffer.from(part, 'base64').toString('latin1'))
    expect(redacted).toContain('[redacted]')
    expect(shown.join(' ')).not.toMatch(/a55|w\+rd/)
  })

  test('hides each long line of a value with line breaks', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nshort\n-----END KEY-----\n'

    expect(createRedactor([key]).redact('MIIEvQIBADANBgkq')).toBe('[redacted]')
    expect(createRedactor([key]).redact('short')).toBe('short')
  })

  test('leaves values under six characters alone, and lines without a value as they are', () => {
    const redactor = createRedactor(['abcde', '', 'long-enough'])

    expect(redactor.redact('abcde and more')).toBe('abcde and more')
  })

  test('hides overlapping values as one, and the longer of two that begin alike', () => {
    const redactor = createRedactor(['abcdefgh', 'fghijk', 'abcdef'])

    expect(redactor.redact('-abcdefghijk-abcdef-abcdefgh-')).toBe('-[redacted]-[redacted]-[redacted]-')
  })

  test('takes values that are no valid text, and returns the same bytes when nothing is found', () => {
    const redactor = createRedactor(['\ud800half-a-pair', 'other-secret'])
    const bytes = Buffer.from([0xff, 0xfe, 0x41])

    expect(redactor.redactBytes(bytes)).toBe(bytes)
  })
})

describe('a redacting stream', () => {
  test('hides a value wherever the pieces are cut, and holds nothing back for long', () => {
    const text = Buffer.from('one secret-value, two secret-secret-value. end secret-')
    for (let cut = 0; cut <= text.length; cut++) {
      for (let second = cut; second <= text.length; second += 7) {
        const stream = createRedactor(['secret-value']).stream()
        const shown = [text.subarray(0, cut), text.subarray(cut, second), text.subarray(second)]
          .map(piece => stream.write(piece).toString())
          .concat(stream.end().toString())

        expect(shown.join('')).toBe('one [redacted], two secret-[redacted]. end secret-')
      }
    }
  })

  test('shows at once what cannot be the beginning of a value', () => {
    const stream = createRedactor(['secret-value']).stream()

    expect(stream.write(Buffer.from('$ cd')).toString()).toBe('$ cd')
    expect(stream.write(Buffer.from(' sec')).toString()).toBe(' ')
    expect(stream.write(Buffer.from('ond')).toString()).toBe('second')
  })
})
