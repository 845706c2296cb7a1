import { expect, test } from 'vitest'
import { createKeyRing, createMasterKey, KeyRingError } from './keyring.ts'
import { resealJson, sealedTextsIn } from './sealed-text.ts'

const [first, second] = [createMasterKey(), createMasterKey()]
const old = createKeyRing({ keys: [first], primary: first.id })
const both = createKeyRing({ keys: [second, first], primary: second.id })
const bindingOf = (path: readonly string[]) => ({ purpose: 'test', context: path.join('/') })

test('finds what is sealed, and under which key, wherever it stands', () => {
  const [one, two] = [old.seal('one', bindingOf([])), both.seal('two', bindingOf([]))]

  const found = sealedTextsIn(`{"a":"${one}","b":["${two}"],"c":"v1.2.3","d":"v1.x.short.text"}`)

  expect(found).toEqual([
    { keyId: first.id, text: one },
    { keyId: second.id, text: two },
  ])
})

test('seals anew what is sealed by an older key, at any depth, and leaves the rest as it is', () => {
  const current = both.seal('current', bindingOf(['b', '1']))
  const json = JSON.stringify({
    a: { value: old.seal('hunter2', bindingOf(['a', 'value'])) },
    b: [1, current, null],
    c: 'v1.0.0',
  })

  const resealed = JSON.parse(resealJson(json, both, bindingOf))

  expect(both.isCurrent(resealed.a.value)).toBe(true)
  expect(both.open(resealed.a.value, bindingOf(['a', 'value']))).toBe('hunter2')
  expect(resealed).toMatchObject({ b: [1, current, null], c: 'v1.0.0' })
})

test('a text without anything old comes back as it was, spaces and all', () => {
  const json = '{ "a": [ 1, "v1.0.0" ] }'

  expect(resealJson(json, both, bindingOf)).toBe(json)
})

test('a sealed text that does not open is never overwritten', () => {
  const json = JSON.stringify({ a: old.seal('hunter2', bindingOf(['elsewhere'])) })

  expect(() => resealJson(json, both, bindingOf)).toThrow(KeyRingError)
})

test('keeps names that every object has', () => {
  const json = `{"__proto__":{"value":"${old.seal('x', bindingOf(['__proto__', 'value']))}"}}`

  const resealed = resealJson(json, both, bindingOf)

  expect(resealed).toContain('"__proto__"')
  expect(sealedTextsIn(resealed).map(({ keyId }) => keyId)).toEqual([second.id])
})

test('what only looks sealed is left as it is', () => {
  const json = JSON.stringify({ note: old.seal('x', bindingOf(['note'])) })

  expect(resealJson(json, both, () => undefined)).toBe(json)
})
