/** What belongs to an HTTP/1 connection and must not be in an HTTP/2 answer (RFC 9113, 8.2.2). */
const CONNECTION_FIELDS = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
])
/** Spellings of names are few; an app that invents ever new ones must not fill the memory. */
const MAX_CACHED = 2_000
/** Lower-case names by spelling; empty for what is left out. */
const known = new Map<string, string>()

/** @param headers name, value, name, value … @returns the same for `respond`, pseudo-header first */
export function answerHead(status: number, headers: readonly string[]): string[] {
  const head = [':status', String(status)]
  for (let index = 0; index < headers.length; index += 2) {
    const name = lowerCaseName(headers[index]!)
    if (name !== '') head.push(name, headers[index + 1]!)
  }
  return head
}

/** What an answer may say once; Node refuses a head that says it again, as sloppy apps do by HTTP/1.1. */
const SAID_ONCE = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'age',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'tk',
  'x-content-type-options',
])

/** Keeps the first of what may be said once. */
export function withoutRepeats(head: readonly string[]): string[] {
  const said = new Set<string>()
  const kept: string[] = []
  for (let index = 0; index < head.length; index += 2) {
    const name = head[index]!
    if (said.has(name)) continue
    if (SAID_ONCE.has(name)) said.add(name)
    kept.push(name, head[index + 1]!)
  }
  return kept
}

function lowerCaseName(spelling: string): string {
  const cached = known.get(spelling)
  if (cached !== undefined) return cached
  const lower = spelling.toLowerCase()
  const name = CONNECTION_FIELDS.has(lower) ? '' : lower
  if (known.size < MAX_CACHED) known.set(spelling, name)
  return name
}
