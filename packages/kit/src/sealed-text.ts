import type { KeyRing, SealBinding } from './keyring.ts'

/** A sealed text inside other text, and the key that sealed it. */
export interface SealedText {
  keyId: string
  text: string
}

const SEALED_ANYWHERE = /\bv1\.([\w-]{1,32})\.[\w-]{16}\.[\w-]{22,}/g
const SEALED_WHOLE = /^v1\.[\w-]{1,32}\.[\w-]{16}\.[\w-]{22,}$/

/** Every sealed text in `text`, for example in a column of a database. */
export function sealedTextsIn(text: string): SealedText[] {
  return [...text.matchAll(SEALED_ANYWHERE)].map(([whole, keyId]) => ({ keyId: keyId!, text: whole }))
}

/**
 * The same JSON with each sealed string in it, at any depth, under the primary key of the ring; `json` itself when all
 * are. `bindingOf` tells what the string at a path (`['API_KEY', 'value']`) was bound to; undefined leaves it as it is.
 * Throws `KeyRingError` when one does not open: nothing is lost then.
 */
export function resealJson(
  json: string,
  ring: Pick<KeyRing, 'isCurrent' | 'reseal'>,
  bindingOf: (path: readonly string[]) => SealBinding | undefined,
): string {
  let changed = false
  const walk = (value: unknown, path: readonly string[]): unknown => {
    if (typeof value === 'string') {
      const binding = SEALED_WHOLE.test(value) && !ring.isCurrent(value) ? bindingOf(path) : undefined
      if (!binding) return value
      changed = true
      return ring.reseal(value, binding)
    }
    if (Array.isArray(value)) return value.map((item, index) => walk(item, [...path, String(index)]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, walk(item, [...path, key])]))
  }
  const resealed = walk(JSON.parse(json), [])
  return changed ? JSON.stringify(resealed) : json
}
