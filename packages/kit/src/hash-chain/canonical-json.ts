export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue }

/**
 * The one text of a JSON value, whatever the order of its fields: the JSON Canonicalization Scheme (RFC 8785), except
 * that a lone surrogate is written as its escape instead of being refused.
 * Throws a TypeError for what JSON cannot say (undefined, a function, NaN, an infinite number), rather than leave it out.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'string') return JSON.stringify(value) // by far the most frequent
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) return canonicalObject(value as Record<string, JsonValue>)
  if (typeof value === 'number' && !Number.isFinite(value)) throw notJson(value)
  const text = JSON.stringify(value)
  if (text === undefined) throw notJson(value)
  return text
}

function canonicalObject(value: Record<string, JsonValue>): string {
  // RFC 8785, 3.2.3: by UTF-16 code units, which is how JavaScript compares strings.
  const names = Object.keys(value).sort()
  return `{${names.map(name => `${JSON.stringify(name)}:${canonicalJson(value[name]!)}`).join(',')}}`
}

function notJson(value: unknown): TypeError {
  return new TypeError(`JSON has no way to say ${String(value)} (${typeof value}).`)
}
