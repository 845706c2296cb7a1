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
export function sessionTokenOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')
  if (bearer) return bearer[1]
  const cookies = (headers.cookie ?? '').split(';').map(cookie => cookie.trim())
  const found = cookies.find(cookie => cookie.startsWith(`${NAME}=`))?.slice(NAME.length + 1)
  return found === '' ? undefined : found
}
