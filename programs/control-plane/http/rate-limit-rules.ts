/** How many requests of which kind the API takes. Signing in and mail have limits of their own in accounts/. */
import { addressKey, type RateLimitRule } from '@seaworthy/kit/rate-limit'
import type { FastifyRequest } from 'fastify'
import type { Actor } from '../access/actor.ts'

export interface RateLimitSettings {
  /** By address, for those who are not signed in. */
  anonymousRequestsPerMinute: number
  /** By person or API token. */
  requestsPerMinute: number
  /** Archives by person. */
  uploadsPerMinute: number
  /** By person. */
  invitationsPerHour: number
}

export const RATE_LIMIT_DEFAULTS: RateLimitSettings = {
  anonymousRequestsPerMinute: 100,
  requestsPerMinute: 1000,
  uploadsPerMinute: 30,
  invitationsPerHour: 60,
}

/** Whoever comes over the socket file is never limited. */
export function rateLimitRules(settings: RateLimitSettings): RateLimitRule[] {
  return [
    {
      name: 'anonymous',
      points: settings.anonymousRequestsPerMinute,
      windowSeconds: 60,
      key: request =>
        isApi(request) && request.actor.kind === 'public' ? addressKey(request.ip) : undefined,
    },
    {
      name: 'api',
      points: settings.requestsPerMinute,
      windowSeconds: 60,
      key: request => (isApi(request) ? credentialOf(request.actor) : undefined),
    },
    {
      name: 'upload',
      points: settings.uploadsPerMinute,
      windowSeconds: 60,
      key: request => (isUpload(request) ? personOf(request.actor) : undefined),
    },
    {
      name: 'invitation',
      points: settings.invitationsPerHour,
      windowSeconds: 3_600,
      key: request => (isInvitation(request) ? personOf(request.actor) : undefined),
    },
  ]
}

/** Pages, files and probes are cheap, and one page asks for many of them. */
function isApi(request: FastifyRequest): boolean {
  const route = routeOf(request)
  return route.startsWith('/api/') || route.startsWith('/metrics')
}

/** One address can be written in many ways (`/%61pi`, `http://host/api`), which all end at the same route. */
export function routeOf({ routeOptions, url }: FastifyRequest): string {
  return routeOptions.url ?? url
}

function isUpload({ method, headers }: FastifyRequest): boolean {
  return method === 'POST' && /^multipart\//i.test(headers['content-type'] ?? '')
}

function isInvitation(request: FastifyRequest): boolean {
  return request.method === 'POST' && /\/invitations(\/|$)/.test(routeOf(request))
}

function credentialOf(actor: Actor): string | undefined {
  return actor.kind === 'token' ? `token:${actor.tokenId}` : personOf(actor)
}

function personOf(actor: Actor): string | undefined {
  return actor.kind === 'user' || actor.kind === 'token' ? `person:${actor.userId}` : undefined
}
