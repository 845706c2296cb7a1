export type ContentEncoding = 'identity' | 'br' | 'gzip'

/** The best of the precompressed forms that the client takes: br, then gzip, else the file as it is (RFC 9110, 12.5.3). */
export function pickEncoding(acceptEncoding: string, there: { br: boolean; gzip: boolean }): ContentEncoding {
  const accepted = acceptedEncodings(acceptEncoding)
  if (there.br && accepted.br) return 'br'
  return there.gzip && accepted.gzip ? 'gzip' : 'identity'
}

interface Accepted {
  br: boolean
  gzip: boolean
}

/** Browsers send a handful of values, so each is read once. Bounded: clients choose the keys. */
const read = new Map<string, Accepted>()
const MAX_READ = 64

function acceptedEncodings(header: string): Accepted {
  const known = read.get(header)
  if (known !== undefined) return known
  const weights = parseWeights(header)
  const takes = (name: string) => (weights.get(name) ?? weights.get('*') ?? 0) > 0
  const accepted = { br: takes('br'), gzip: takes('gzip') || (weights.get('x-gzip') ?? 0) > 0 }
  if (read.size < MAX_READ && header.length < 256) read.set(header, accepted)
  return accepted
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
