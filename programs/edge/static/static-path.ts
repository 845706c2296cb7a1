export interface StaticPath {
  /** Decoded, without empty ones. */
  segments: readonly string[]
  /** Ended with a slash (or is the root): asks for a folder's index page. */
  isFolder: boolean
  /** May name a file at all. False for hidden files and for names that no file of ours can have. */
  mayExist: boolean
  /** A page of a single-page app rather than a file: no extension, and nothing suspicious. */
  isNavigation: boolean
}

/**
 * Reads a request's path (percent-encoded, without query) once, and only once: `%252e` stays `%2e`, a name that
 * does not exist. 'malformed' is for what no honest client sends: broken percent-encoding, NUL, no leading slash.
 */
export function parseStaticPath(path: string): StaticPath | 'malformed' {
  if (path.charCodeAt(0) !== SLASH) return 'malformed'
  const decoded = decode(path)
  if (decoded === undefined || decoded.includes('\0')) return 'malformed'
  const segments = decoded.split('/').filter(segment => segment !== '')
  const isSafe = !decoded.includes('\\') && !hasHiddenSegment(segments)
  return {
    segments,
    isFolder: decoded.endsWith('/'),
    // An encoded slash is data of the app's own routes (`/tag/a%2Fb`), never a separator of ours.
    mayExist: isSafe && !ENCODED_SLASH.test(path),
    isNavigation: isSafe && !(segments.at(-1) ?? '').includes('.'),
  }
}

/** `.env`, `.git/config`, `..`: whatever begins with a dot, but for `/.well-known/…` (RFC 8615). */
export function hasHiddenSegment(segments: readonly string[]): boolean {
  return segments.some((segment, index) => {
    if (segment.charCodeAt(0) !== DOT) return false
    return !(index === 0 && segment === '.well-known')
  })
}

const SLASH = 0x2f
const DOT = 0x2e
const ENCODED_SLASH = /%2f/i

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path)
  } catch {
    return undefined
  }
}
