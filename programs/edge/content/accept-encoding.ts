/** A coding that the edge makes itself, or keeps beside a file. */
export type Coding = 'zstd' | 'br' | 'gzip'
export type ContentEncoding = 'identity' | Coding

/**
 * The coding that the client likes best among those that there are; among equals the first one offered. Identity where
 * it takes none of them, or likes it better (RFC 9110, 12.5.3).
 */
export function pickEncoding(acceptEncoding: string, offered: readonly Coding[]): ContentEncoding {
  const weights = acceptedEncodings(acceptEncoding)
  let best: ContentEncoding = 'identity'
  let highest = weights.identity
  for (const coding of offered) {
    if (weights[coding] <= highest || weights[coding] === 0) continue
    best = coding
    highest = weights[coding]
  }
  return best
}

/** The codings that a client takes, in a spelling that is the same for all clients that take the same. */
export function acceptedSet(acceptEncoding: string): string {
  const { br, gzip, zstd } = acceptedEncodings(acceptEncoding)
  return `${br > 0 ? 'b' : ''}${gzip > 0 ? 'g' : ''}${zstd > 0 ? 'z' : ''}`
}

type Weights = Record<ContentEncoding, number>

/** Browsers send a handful of values, so each is read once. Bounded: clients choose the keys. */
const read = new Map<string, Weights>()
const MAX_READ = 64
const LONGEST_READ = 256

function acceptedEncodings(header: string): Weights {
  const known = read.get(header)
  if (known !== undefined) return known
  const given = parseWeights(header)
  const weight = (name: string) => given.get(name) ?? given.get('*') ?? 0
  const weights = {
    br: weight('br'),
    zstd: weight('zstd'),
    gzip: given.get('gzip') ?? given.get('x-gzip') ?? given.get('*') ?? 0,
    // Not named, it is what is left when nothing else fits, whatever `*` says of the rest.
    identity: given.get('identity') ?? -1,
  }
  if (read.size < MAX_READ && header.length < LONGEST_READ) read.set(header, weights)
  return weights
}

function parseWeights(header: string): Map<string, number> {
  const weights = new Map<string, number>()
  for (const part of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map(text => text.trim())
    const weight = parameters.find(parameter => parameter.startsWith('q='))?.slice(2)
    weights.set(name, weight === undefined ? 1 : Number(weight) || 0)
  }
  return weights
}
