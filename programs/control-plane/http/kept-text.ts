/**
 * Which texts can be kept. PostgreSQL refuses NUL (postgresql.org/docs/current/datatype-character.html), and half of a
 * surrogate pair comes back as another character than it went in.
 */
export function isKept(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/** Where in a value of JSON, however deep, a text or a key cannot be kept. Tells 10 places at most. */
export function unkeptPlaces(value: unknown): string[][] {
  const found: string[][] = []
  const waiting: { value: unknown; place?: Place }[] = [{ value }]
  for (let next = waiting.pop(); next && found.length < MAX_PLACES; next = waiting.pop()) {
    const { value, place } = next
    if (typeof value === 'string' && !isKept(value)) found.push(pathTo(place))
    if (typeof value !== 'object' || value === null) continue
    for (const [key, inner] of Object.entries(value)) {
      // A key like that is not repeated: the path goes into the answer.
      if (isKept(key)) waiting.push({ value: inner, place: { key, within: place } })
      else found.push(pathTo(place))
    }
  }
  return found
}

/** A chain rather than a list of keys: a copy for each level would make a deep value cost the square of its depth. */
interface Place {
  key: string
  within: Place | undefined
}

const MAX_PLACES = 10
const MAX_DEPTH_TOLD = 20

function pathTo(place: Place | undefined): string[] {
  const path: string[] = []
  for (let at = place; at; at = at.within) path.push(at.key)
  return path.reverse().slice(0, MAX_DEPTH_TOLD)
}
