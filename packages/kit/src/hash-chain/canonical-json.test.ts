import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, type JsonValue } from './index.ts'

describe('canonical JSON', () => {
  test('says the same for the same value, whatever the order of its fields', () => {
    expect(canonicalJson({ b: 1, a: [true, null, { d: 'x', c: -0 }] })).toBe(
      '{"a":[true,null,{"c":0,"d":"x"}],"b":1}',
    )
    expect(canonicalJson({ a: [true, null, { c: 0, d: 'x' }], b: 1 })).toBe(
      canonicalJson({ b: 1, a: [true, null, { d: 'x', c: 0 }] }),
    )
  })

  test('orders names by UTF-16 code units, as in the example of RFC 8785, 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }

    const names = Object.keys(JSON.parse(canonicalJson(value)))

    // An object's integer names always come first in JavaScript: here they are first in the text as well.
    expect(canonicalJson(value).startsWith('{"\\r":"Carriage Return","1":"One","\u0080"')).toBe(true)
    expect(names.slice(2)).toEqual(['\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'])
  })

  test('means what the value means', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(JSON.parse(canonicalJson(value as JsonValue))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  test('differs for values that differ', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const [left, right] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))]
        const isSame = canonicalJson(left) === canonicalJson(right)
        if (isSame) expect(left).toEqual(right)
        else expect(left).not.toEqual(right)
      }),
    )
  })

  test.each([undefined, Number.NaN, Number.POSITIVE_INFINITY, () => 1, { a: undefined }, [undefined]])(
    'refuses %j, which JSON cannot say',
    value => {
      expect(() => canonicalJson(value as never)).toThrow('JSON has no way to say')
    },
  )
})
