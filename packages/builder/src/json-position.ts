/**
 * The line (from 1) on which the value at `path` stands in a JSON text that is known to be valid;
 * the nearest part that exists when the path goes further than the text does.
 */
export function lineOfPath(json: string, path: readonly PropertyKey[]): number {
  const cursor = new JsonCursor(json)
  let offset = cursor.skipBlanks(0)
  for (const key of path) {
    const found = cursor.findEntry(offset, String(key))
    if (found === undefined) break
    offset = found
  }
  return lineOfOffset(json, offset)
}

export function lineOfOffset(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

/** Walks over a JSON text by offsets, so that a value's place is known, which `JSON.parse` does not tell. */
class JsonCursor {
  readonly #json: string

  constructor(json: string) {
    this.#json = json
  }

  skipBlanks(offset: number): number {
    while (/[\s,:]/.test(this.#json[offset] ?? '')) offset++
    return offset
  }

  /** Where the value of a member of the object (or array) at `offset` begins. */
  findEntry(offset: number, wanted: string): number | undefined {
    const isObject = this.#json[offset] === '{'
    if (!isObject && this.#json[offset] !== '[') return undefined
    let at = this.skipBlanks(offset + 1)
    for (let index = 0; !this.#isEnd(at); index++) {
      const key = isObject ? this.#keyAt(at) : { name: String(index), valueAt: at }
      if (key.name === wanted) return key.valueAt
      at = this.skipBlanks(this.#endOfValue(key.valueAt))
    }
    return undefined
  }

  #isEnd(offset: number): boolean {
    return offset >= this.#json.length || /[\]}]/.test(this.#json[offset]!)
  }

  #keyAt(offset: number): { name: string; valueAt: number } {
    const end = this.#endOfString(offset)
    return { name: JSON.parse(this.#json.slice(offset, end)) as string, valueAt: this.skipBlanks(end) }
  }

  #endOfValue(offset: number): number {
    const first = this.#json[offset]
    if (first === '"') return this.#endOfString(offset)
    if (first !== '{' && first !== '[')
      return offset + /^[^\s,\]}]*/.exec(this.#json.slice(offset))![0].length
    let at = this.skipBlanks(offset + 1)
    while (!this.#isEnd(at)) at = this.skipBlanks(this.#endOfValue(at))
    return at + 1
  }

  #endOfString(offset: number): number {
    let at = offset + 1
    while (at < this.#json.length && this.#json[at] !== '"') at += this.#json[at] === '\\' ? 2 : 1
    return at + 1
  }
}
