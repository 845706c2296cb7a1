import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyInstance, FastifyReply } from 'fastify'
import helmet, { type HelmetOptions } from 'helmet'

/** Powers that a page of a control panel never needs (https://www.w3.org/TR/permissions-policy/). */
const PERMISSIONS_POLICY = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'usb',
]
  .map(power => `${power}=()`)
  .join(', ')

/**
 * For answers that are made before any hook runs: what Node's parser or the router refuses. They are never a page, so
 * their policy allows nothing.
 */
export const BARE_ANSWER_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': PERMISSIONS_POLICY,
  'referrer-policy': 'strict-origin-when-cross-origin',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

export type CspDirectives = NonNullable<
  Exclude<HelmetOptions['contentSecurityPolicy'], boolean | undefined>['directives']
>

export interface SecurityHeadersOptions {
  contentSecurityPolicy?: CspDirectives | false
  permissionsPolicy?: string
  hstsMaxAgeSeconds?: number | false
}

const YEAR_SECONDS = 365 * 24 * 3_600

export function addSecurityHeaders(
  app: FastifyInstance,
  {
    contentSecurityPolicy = STRICT_CSP,
    permissionsPolicy = PERMISSIONS_POLICY,
    hstsMaxAgeSeconds = YEAR_SECONDS,
  }: SecurityHeadersOptions,
): void {
  const headers = { ...helmetHeaders(contentSecurityPolicy), 'permissions-policy': permissionsPolicy }
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    // RFC 6797, 7.2: never over plain HTTP. Sub-domains may belong to others (apps, customers): each decides for itself.
    if (hstsMaxAgeSeconds !== false && request.protocol === 'https')
      reply.header('strict-transport-security', `max-age=${hstsMaxAgeSeconds}`)
    done()
  })
  // What says nothing about it is not kept: an answer of an API is true for one person and one moment.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    done(null, payload)
  })
}

const STRICT_CSP: CspDirectives = {
  defaultSrc: ["'self'"],
  baseUri: ["'none'"],
  connectSrc: ["'self'"],
  fontSrc: ["'self'", 'data:'],
  formAction: ["'self'"],
  frameAncestors: ["'none'"],
  imgSrc: ["'self'", 'data:'],
  objectSrc: ["'none'"],
  scriptSrc: ["'self'"],
  scriptSrcAttr: ["'none'"],
  styleSrc: ["'self'"],
}

/**
 * What helmet sets, asked once: it is the same for every answer, and working it out anew was a twentieth of the
 * time of a small request.
 */
function helmetHeaders(directives: CspDirectives | false): Record<string, string> {
  const setHeaders = helmet({
    // Without helmet's own directives: `upgrade-insecure-requests` breaks plain HTTP in a local network.
    contentSecurityPolicy: directives && { useDefaults: false, directives },
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'strict-origin-when-cross-origin' },
    hsts: false, // only over HTTPS, see above
  })
  const headers: Record<string, string> = {}
  const response = {
    setHeader: (name: string, value: string) => {
      headers[name.toLowerCase()] = value
    },
    removeHeader: () => {},
  }
  setHeaders({} as IncomingMessage, response as unknown as ServerResponse, error => {
    if (error) throw error
  })
  return headers
}

/** Where a page wants the nonce of its answer: `<script nonce="{{nonce}}" …>`. */
export const NONCE_PLACE = '{{nonce}}'

/**
 * Sends a page whose inline scripts and styles run only if they carry the nonce of this answer. It is not to be kept:
 * a page from a cache would have the nonce of another answer.
 */
export function sendPage(reply: FastifyReply, html: string): FastifyReply {
  const nonce = randomBytes(16).toString('base64url')
  const policy = reply.getHeader('content-security-policy')
  if (typeof policy === 'string') reply.header('content-security-policy', withNonce(policy, nonce))
  return reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(html.replaceAll(NONCE_PLACE, nonce))
}

function withNonce(policy: string, nonce: string): string {
  const directives = policy.split(';')
  return directives
    .map(directive =>
      /^\s*(script|style)-src /.test(directive) ? `${directive} 'nonce-${nonce}'` : directive,
    )
    .join(';')
}
