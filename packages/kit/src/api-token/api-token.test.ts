import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createApiTokenFormat, isSameHash } from './index.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const format = createApiTokenFormat({ prefix: 'swt_' })

describe('a token', () => {
  test('has the prefix, 49 letters and digits, and is never the same', () => {
    const tokens = Array.from({ length: 500 }, () => format.make())

    for (const token of tokens) expect(token).toMatch(/^swt_[0-9A-Za-z]{49}$/)
    expect(new Set(tokens).size).toBe(500)
  })

  test('is parsed to a hash without the token in it, and a hint of four characters', () => {
    const token = format.make()

    const parsed = format.parse(token)!

    expect(parsed.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(parsed.hint).toBe(token.slice(-4))
    expect(format.parse(token)).toEqual(parsed)
    expect(format.parse(format.make())!.hash).not.toBe(parsed.hash)
  })

  test('is refused after any one character was exchanged', () => {
    const token = format.make()
    const place = fc.integer({ min: 4, max: token.length - 1 })

    fc.assert(
      fc.property(place, fc.constantFrom(...ALPHABET), (at, character) => {
        fc.pre(token[at] !== character)
        expect(format.parse(token.slice(0, at) + character + token.slice(at + 1))).toBeUndefined()
      }),
    )
  })

  test('is refused when cut off, lengthened, or with spaces around it', () => {
    const token = format.make()

    for (let length = 0; length < token.length; length++)
      expect(format.parse(token.slice(0, length))).toBeUndefined()
    for (const wrong of [`${token}0`, ` ${token}`, `${token}\n`, token.toLowerCase(), `${token}\0`])
      expect(format.parse(wrong)).toBeUndefined()
  })

  test('of another prefix is refused, also with its prefix exchanged', () => {
    const foreign = createApiTokenFormat({ prefix: 'acme_' }).make()

    expect(format.parse(foreign)).toBeUndefined()
    expect(format.parse(foreign.replace('acme_', 'swt_'))).toBeUndefined()
  })

  test('is found in other text by the pattern, and nothing else is', () => {
    const [one, two] = [format.make(), format.make()]
    const text = `token=${one}; "${two}" ${one}x x${one} swt_short ${one.replace('swt_', 'swx_')}`

    expect([...text.matchAll(format.pattern)].map(([found]) => found)).toEqual([one, two])
    expect(text.replace(format.pattern, '***')).toContain('token=***; "***"')
  })

  test('never comes from arbitrary text', () => {
    fc.assert(fc.property(fc.string(), text => format.parse(text) === undefined))
    fc.assert(fc.property(fc.string(), text => format.parse(`swt_${text}`) === undefined))
  })
})

test('a token can be made of bytes that the caller gives: 32 of them', () => {
  const secret = new Uint8Array(32).fill(7)

  expect(format.make(secret)).toBe(format.make(secret))
  expect(format.parse(format.make(secret))).toBeDefined()
  expect(() => format.make(secret.subarray(1))).toThrow('32 bytes')
})

test.each(['', 'swt', 'SWT_', '_', 'a_', 's-w_', '1st_', `${'a'.repeat(17)}_`, 's(t_'])(
  'the prefix %j is refused',
  prefix => {
    expect(() => createApiTokenFormat({ prefix })).toThrow('token prefix')
  },
)

test('hashes are the same only when they are', () => {
  const { hash } = format.parse(format.make())!

  expect(isSameHash(hash, hash)).toBe(true)
  expect(isSameHash(hash, `${hash.slice(1)}0`)).toBe(hash === `${hash.slice(1)}0`)
  expect(isSameHash(hash, hash.slice(1))).toBe(false)
  expect(isSameHash('', hash)).toBe(false)
})
