/** What a `Cache-Control` field says (RFC 9111, 5.2; RFC 5861). Seconds; undefined for a directive that is not there. */
export interface CacheDirectives {
  noStore: boolean
  /** True without field names; with them, the lower-case names of the fields that may not be used again. */
  noCache: boolean | string[]
  isPrivate: boolean
  isPublic: boolean
  mustRevalidate: boolean
  proxyRevalidate: boolean
  onlyIfCached: boolean
  maxAge: number | undefined
  sMaxAge: number | undefined
  minFresh: number | undefined
  /** Infinity where any staleness is welcome. */
  maxStale: number | undefined
  staleWhileRevalidate: number | undefined
  staleIfError: number | undefined
}

const DIRECTIVE = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)(?:[\t ]*=[\t ]*(?:"((?:[^"\\]|\\.)*)"|([^\s,;"]*)))?/g

/** RFC 9111, 1.2.2: more than this is for ever. */
const MOST_SECONDS = 2 ** 31

/** Of a directive that is given twice the first one counts (RFC 9111, 4.2.1). */
export function parseCacheControl(text: string | undefined): CacheDirectives {
  const directives = noDirectives()
  if (!text) return directives
  const seen = new Set<string>()
  for (const [, name = '', quoted, token] of text.matchAll(DIRECTIVE)) {
    const lowerCaseName = name.toLowerCase()
    if (seen.has(lowerCaseName)) continue
    seen.add(lowerCaseName)
    apply(directives, lowerCaseName, quoted ?? token)
  }
  return directives
}

function noDirectives(): CacheDirectives {
  return {
    noStore: false,
    noCache: false,
    isPrivate: false,
    isPublic: false,
    mustRevalidate: false,
    proxyRevalidate: false,
    onlyIfCached: false,
    maxAge: undefined,
    sMaxAge: undefined,
    minFresh: undefined,
    maxStale: undefined,
    staleWhileRevalidate: undefined,
    staleIfError: undefined,
  }
}

function apply(directives: CacheDirectives, name: string, value: string | undefined): void {
  switch (name) {
    case 'no-store':
      directives.noStore = true
      break
    case 'no-cache':
      directives.noCache = value ? fieldNames(value) : true
      break
    // With field names it would allow the rest to be kept; all of it is left, as most caches do (RFC 9111, 5.2.2.7).
    case 'private':
      directives.isPrivate = true
      break
    case 'public':
      directives.isPublic = true
      break
    case 'must-revalidate':
      directives.mustRevalidate = true
      break
    case 'proxy-revalidate':
      directives.proxyRevalidate = true
      break
    case 'only-if-cached':
      directives.onlyIfCached = true
      break
    case 'max-age':
      directives.maxAge = seconds(value)
      break
    case 's-maxage':
      directives.sMaxAge = seconds(value)
      break
    case 'min-fresh':
      directives.minFresh = seconds(value)
      break
    case 'max-stale':
      directives.maxStale = value === undefined ? Number.POSITIVE_INFINITY : seconds(value)
      break
    case 'stale-while-revalidate':
      directives.staleWhileRevalidate = seconds(value)
      break
    case 'stale-if-error':
      directives.staleIfError = seconds(value)
      break
  }
}

/** What is no number of seconds is none at all: an answer with a lifetime that nobody understands is stale. */
function seconds(value: string | undefined): number {
  return /^[0-9]+$/.test(value ?? '') ? Math.min(Number(value), MOST_SECONDS) : 0
}

function fieldNames(value: string): string[] {
  return value
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '')
}
