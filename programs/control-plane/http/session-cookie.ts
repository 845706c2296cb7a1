/** The browser's way to carry a session: out of reach for scripts, never sent along by other sites. */
import type { IncomingHttpHeaders } from 'node:http'

const NAME = 'seaworthy_session'

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
  return `${NAME}=${token}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeSeconds}${secure ? '; Secure' : ''}`
}

export function expiredSessionCookie({ secure }: { secure: boolean }): string {
  return sessionCookie({ token: '', expiresAt: 0, secure })
}

/** From `Authorization: Bearer …`, which wins, or from the cookie. */
export function credentialsOf(
  headers: IncomingHttpHeaders,
): { token: string; via: 'bearer' | 'cookie' } | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return { token: bearer, via: 'bearer' }
  const cookies = (headers.cookie ?? '').split(';').map(cookie => cookie.trim())
  const token = cookies.find(cookie => cookie.startsWith(`${NAME}=`))?.slice(NAME.length + 1)
  return token === undefined || token === '' ? undefined : { token, via: 'cookie' }
}
