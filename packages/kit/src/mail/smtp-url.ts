import { isIP } from 'node:net'

/**
 * `required`: a server without STARTTLS gets no mail. `preferred`: taken where it is offered, which somebody in the
 * middle can suppress. `off`: in the clear.
 */
export type StartTls = 'required' | 'preferred' | 'off'

export interface SmtpServer {
  host: string
  port: number
  /** TLS from the first byte: `smtps://`. */
  secure: boolean
  startTls: StartTls
  /** Percent-decoded. */
  auth: { user: string; pass: string } | undefined
}

/** RFC 6409 and RFC 8314: submission with STARTTLS, and with TLS from the start. */
const PORTS = { 'smtp:': 587, 'smtps:': 465 } as const

/**
 * Reads `smtp[s]://user:password@host:port`, with `?starttls=required|preferred|off` where the default (`required`,
 * on loopback `preferred`) is not wanted. Throws a TypeError that does not repeat the URL, which holds a password.
 */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !isSmtp(url.protocol) || url.hostname === '') {
    throw new TypeError('A mail URL has the form smtp://user:password@host:587 or smtps://…:465.')
  }
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return {
    host,
    port: url.port === '' ? PORTS[url.protocol as keyof typeof PORTS] : Number(url.port),
    secure: url.protocol === 'smtps:',
    startTls: startTlsOf(url) ?? (isLoopback(host) ? 'preferred' : 'required'),
    auth: authOf(url),
  }
}

function isSmtp(protocol: string): boolean {
  return Object.hasOwn(PORTS, protocol)
}

function startTlsOf({ searchParams }: URL): StartTls | undefined {
  const wanted = searchParams.get('starttls')
  if (wanted === null) return undefined
  if (wanted === 'required' || wanted === 'preferred' || wanted === 'off') return wanted
  throw new TypeError('In a mail URL, starttls is one of: required, preferred, off.')
}

/** Whether `host` is this machine; an IPv6 address without brackets. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function authOf({ username, password }: URL): SmtpServer['auth'] {
  if (username === '' && password === '') return undefined
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) }
  } catch {
    throw new TypeError('User name and password in a mail URL must be percent-encoded.')
  }
}
