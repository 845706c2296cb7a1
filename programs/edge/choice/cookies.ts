/** What one cookie of a request says (RFC 6265, 5.4); the first where there are several. */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined || !header.includes(name)) return undefined
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals !== -1 && pair.slice(0, equals).trim() === name) return pair.slice(equals + 1).trim()
  }
  return undefined
}

export interface CookieOptions {
  name: string
  value: string
  path: string
  /** 0: until the browser closes. */
  maxAgeSeconds: number
  isSecure: boolean
}

/** For the edge alone: no script of a page reads it, and other sites send it with top-level visits only. */
export function setCookie({ name, value, path, maxAgeSeconds, isSecure }: CookieOptions): string {
  const age = maxAgeSeconds > 0 ? `; Max-Age=${maxAgeSeconds}` : ''
  return `${name}=${value}; Path=${path}${age}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
}
