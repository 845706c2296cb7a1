/** The browser's way to carry a session: out of reach for scripts, never sent along by other sites. */
import type { IncomingHttpHeaders } from 'node:http'

/** Behind TLS with a prefix that makes browsers refuse it from other hosts, those of apps among them. */
const NAMES = { plain: 'seaworthy_session', secure: '__Host-seaworthy_session' } as const

export function sessionCookie({
  token,
  expiresAt,
  secure,
}: {
  token: string
  expiresAt: number
  secure: boolean
}): string {
  const maxAgeSeconds = Math.max(0, Math.floor((expiresAt - Date.now()) / 1000))
  const name = secure ? NAMES.secure : NAMES.plain
  return `${name}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAgeSeconds}${secure ? '; Secure' : ''}`
}

export function expiredSessionCookie({ secure }: { secure: boolean }): string {
  return sessionCookie({ token: '', expiresAt: 0, secure })
}

/** From `Authorization: Bearer …`, which wins, or from the cookie. `secure`: whether the dashboard is behind TLS. */
export function credentialsOf(
  headers: IncomingHttpHeaders,
  { secure = false }: { secure?: boolean } = {},
): { token: string; via: 'bearer' | 'cookie' } | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return { token: bearer, via: 'bearer' }
  const cookies = (headers.cookie ?? '').split(';').map(cookie => cookie.trim())
  const start = `${secure ? NAMES.secure : NAMES.plain}=`
  const token = cookies.find(cookie => cookie.startsWith(start))?.slice(start.length)
  return token === undefined || token === '' ? undefined : { token, via: 'cookie' }
}
