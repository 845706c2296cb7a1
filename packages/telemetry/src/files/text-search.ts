/** Finds a text in UTF-8 bytes, upper and lower case alike, without decoding them. */
export interface TextSearch {
  /** Where the next line that may hold the text is hit, from `from` (inclusive) to `to` (exclusive); -1 when there is none. */
  next(bytes: Uint8Array, from: number, to: number): number
  /** Whether the hit line really holds it. */
  confirms(line: string): boolean
}

/**
 * Horspool's search over sets of bytes: each position of the text accepts its bytes in either case, and a byte that
 * no position accepts lets the search jump by the whole length. So 1 GB takes about as long as reading it.
 * Letters whose cases differ in length (the Turkish dotted I) are left out of the jump search and looked at afterwards.
 */
export function createTextSearch(text: string): TextSearch {
  const accepted = longestRun(text)
  const folded = text.toLowerCase()
  const isExact = /^[\0-\x7f]*$/.test(text)
  return {
    next: accepted.length === 0 ? (_bytes, from, to) => (from < to ? from : -1) : horspool(accepted),
    confirms: line => isExact || line.toLowerCase().includes(folded),
  }
}

/** For each byte position of the text, the bytes that fit there. */
type AcceptedBytes = number[][]

function longestRun(text: string): AcceptedBytes {
  let longest: AcceptedBytes = []
  let run: AcceptedBytes = []
  for (const letter of text) {
    const positions = acceptedBytes(letter)
    run = positions ? [...run, ...positions] : []
    if (run.length > longest.length) longest = run
  }
  return longest
}

function acceptedBytes(letter: string): AcceptedBytes | undefined {
  const spellings = [letter, letter.toLowerCase(), letter.toUpperCase()].map(text => Buffer.from(text))
  const [first] = spellings as [Buffer]
  if (spellings.some(spelling => spelling.length !== first.length)) return undefined
  return [...first.keys()].map(position => [...new Set(spellings.map(spelling => spelling[position]!))])
}

function horspool(accepted: AcceptedBytes): TextSearch['next'] {
  const last = accepted.length - 1
  const fits = accepted.map(toTable)
  const fitsLast = fits[last]!
  const jumps = jumpTable(accepted)
  return (bytes, from, to) => {
    let end = from + last
    while (end < to) {
      const byte = bytes[end]!
      if (fitsLast[byte] === 1 && fitsBefore(bytes, end - last, fits)) return end - last
      end += jumps[byte]!
    }
    return -1
  }
}

function toTable(accepted: number[]): Uint8Array {
  const table = new Uint8Array(256)
  for (const byte of accepted) table[byte] = 1
  return table
}

function jumpTable(accepted: AcceptedBytes): Uint16Array {
  const last = accepted.length - 1
  const jumps = new Uint16Array(256).fill(accepted.length)
  for (const [position, bytes] of accepted.slice(0, last).entries()) {
    for (const byte of bytes) jumps[byte] = last - position
  }
  return jumps
}

function fitsBefore(bytes: Uint8Array, start: number, fits: readonly Uint8Array[]): boolean {
  for (let position = fits.length - 2; position >= 0; position--) {
    if (fits[position]![bytes[start + position]!] === 0) return false
  }
  return true
}
