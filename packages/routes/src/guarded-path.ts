/**
 * Which paths a request may mean to an app. Pure.
 *
 * Programs differ in what they make of `//admin`, `/%61dmin`, `/x/../admin`, `/Admin` and `/admin;x`. A rule that keeps
 * somebody out counts as soon as one of the readings is under its path; so no spelling leads around it. A rule for
 * `/admin` therefore holds for `/admin.json` too, and one for `/page.html` for `/page`.
 */
export function pathReadings(url: string): string[] {
  const query = url.indexOf('?')
  const path = (query === -1 ? url : url.slice(0, query)).toLowerCase()
  if (!UNUSUAL.test(path)) return [path]
  const decoded = decode(path)
    .replaceAll('\\', '/')
    .toLowerCase()
    .replace(/;[^/]*/g, '')
  const collapsed = decoded.replace(/\/{2,}/g, '/')
  return [...new Set([path, decoded, collapsed, withoutDots(collapsed), withoutDots(path)])]
}

/** Whether any reading of the path is the prefix itself or lies under it. */
export function isGuarded(readings: readonly string[], prefix: string): boolean {
  for (const path of readings) if (isUnder(path, prefix)) return true
  return false
}

/** A prefix as `isGuarded` wants it. */
export function guardedPrefix(path: string): string {
  const lower = path.toLowerCase()
  return lower.length > 1 && lower.endsWith('/') ? lower.slice(0, -1) : lower
}

/** Anything but plain segments: then all readings are the path itself. */
const UNUSUAL = /[%\\;]|\/\/|\/\./

function isUnder(path: string, prefix: string): boolean {
  if (prefix === '/') return true
  if (path.startsWith(prefix))
    return path.length === prefix.length || endsName(path.charCodeAt(prefix.length))
  return prefix.endsWith('.html') && isPage(path, prefix)
}

/**
 * Whether a path segment may end here for an app: `/admin.json` and `/admin.html` are often `/admin` in another form,
 * `;` begins parameters, and programs differ in what they make of an encoded `?`, `#`, NUL or space.
 */
function endsName(code: number): boolean {
  return code <= 0x20 || code === 0x2f || code === 0x2e || code === 0x3b || code === 0x3f || code === 0x23
}

/** A page is also served without its extension, and a folder's own page by the folder's name. */
function isPage(path: string, page: string): boolean {
  const folder = path.endsWith('/') ? path : `${path}/`
  return page === `${path}.html` || page === `${folder}index.html`
}

/** Byte by byte: `decodeURIComponent` throws at what is no UTF-8, which an app may take all the same. */
function decode(path: string): string {
  return path.replace(/%([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

/** RFC 3986, 5.2.4. */
function withoutDots(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/').slice(1)) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  return `/${kept.join('/')}`
}
