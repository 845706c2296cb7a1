import { expect, test } from 'vitest'
import { createKeyRing, createMasterKey, KeyRingError } from './keyring.ts'

const first = createMasterKey()
const second = createMasterKey()
const ring = createKeyRing({ keys: [first], primary: first.id })
const binding = { purpose: 'env', context: 'app:a1/env:DATABASE_URL' }

test.each(['', 'hunter2', 'ünï\u0000code 🛟', 'x'.repeat(100_000)])('opens what it sealed', plaintext => {
  const sealed = ring.seal(plaintext, binding)

  expect(sealed).toMatch(new RegExp(`^v1\\.${first.id}\\.[\\w-]{16}\\.[\\w-]{22,}$`))
  expect(ring.open(sealed, binding)).toBe(plaintext)
})

test('seals the same text differently each time', () => {
  expect(ring.seal('same', binding)).not.toBe(ring.seal('same', binding))
})

test.each([
  ['another purpose', { ...binding, purpose: 'session' }],
  ['another context', { ...binding, context: 'app:a2/env:DATABASE_URL' }],
  ['parts shifted into one another', { purpose: 'env","app', context: 'a1/env:DATABASE_URL' }],
])('does not open with %s', (_, other) => {
  expect(() => ring.open(ring.seal('hunter2', binding), other)).toThrow(KeyRingError)
})

test('does not open when any one character is changed', () => {
  const sealed = ring.seal('hunter2', binding)

  for (let index = 0; index < sealed.length; index++) {
    const changed = flip(sealed, index)
    expect(() => ring.open(changed, binding), `character ${index}`).toThrow(KeyRingError)
  }
})

/** Changes the highest bit of a base64url character, so that never only unused padding bits change. */
function flip(text: string, index: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const place = alphabet.indexOf(text[index]!)
  const other = place < 0 ? '!' : alphabet[(place + 32) % 64]!
  return text.slice(0, index) + other + text.slice(index + 1)
}

test.each(['', 'v1', 'v1.a.b.c', 'v2.k.AAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAA', 'plain text', 'v1...'])(
  'does not open %j',
  text => {
    expect(() => ring.open(text, binding)).toThrow('cannot be opened')
  },
)

test('rotation: the new key seals, the old one still opens, reseal moves over', () => {
  const old = ring.seal('hunter2', binding)
  const rotated = createKeyRing({ keys: [second, first], primary: second.id })

  const fresh = rotated.reseal(old, binding)

  expect(rotated.open(old, binding)).toBe('hunter2')
  expect(rotated.isCurrent(old)).toBe(false)
  expect(rotated.isCurrent(fresh)).toBe(true)
  expect(rotated.reseal(fresh, binding)).toBe(fresh)
  expect(createKeyRing({ keys: [second], primary: second.id }).open(fresh, binding)).toBe('hunter2')
})

test('a ring in use takes a new primary without a restart, and still opens what the gone key sealed', () => {
  const live = createKeyRing({ keys: [first], primary: first.id })
  const carried = live.seal('hunter2', binding)

  live.use({ keys: [second, first], primary: second.id })
  live.use({ keys: [second], primary: second.id })

  expect(live.primary).toBe(second.id)
  expect(live.open(carried, binding)).toBe('hunter2')
  expect(live.isCurrent(live.seal('x', binding))).toBe(true)
  expect(live.open(live.reseal(carried, binding), binding)).toBe('hunter2')
})

test('a ring in use refuses a bad change and goes on as before', () => {
  const live = createKeyRing({ keys: [first], primary: first.id })

  expect(() => live.use({ keys: [{ ...second, id: first.id }], primary: first.id })).toThrow('another key')
  expect(() => live.use({ keys: [second], primary: 'unknown' })).toThrow(KeyRingError)

  expect(live.keyIds).toEqual([first.id])
  expect(live.open(live.seal('x', binding), binding)).toBe('x')
})

test('a key that left the ring is named, and nothing opens', () => {
  const sealed = ring.seal('hunter2', binding)
  const other = createKeyRing({ keys: [second], primary: second.id })

  expect(() => other.open(sealed, binding)).toThrow(`The key '${first.id}'`)
})

test.each([
  ['no keys', { keys: [], primary: 'a' }],
  ['an unknown primary', { keys: [first], primary: 'other' }],
  ['a doubled id', { keys: [first, { ...second, id: first.id }], primary: first.id }],
  ['a short key', { keys: [{ id: 'a', key: Buffer.alloc(16).toString('base64') }], primary: 'a' }],
  ['a key that is not base64', { keys: [{ id: 'a', key: `${'!'.repeat(4)}${first.key}` }], primary: 'a' }],
  ['an id with a dot', { keys: [{ ...first, id: 'a.b' }], primary: 'a.b' }],
])('refuses a ring with %s', (_, options) => {
  expect(() => createKeyRing(options)).toThrow(KeyRingError)
})

test('no message quotes a key', () => {
  const key = 'c2VjcmV0c2VjcmV0'

  expect(() => createKeyRing({ keys: [{ id: 'a', key }], primary: 'a' })).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining(key) }),
  )
})
