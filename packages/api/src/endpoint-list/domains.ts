import type { EndpointEntry } from '../endpoint-list.ts'

export type DomainAction = 'domain:read' | 'domain:write'

const DOMAINS = '/api/v1/apps/{slug}/domains'
const DOMAIN = `${DOMAINS}/{host}` as const

export const domainEndpoints = {
  'domains.list': {
    method: 'GET',
    path: DOMAINS,
    action: 'domain:read',
    tag: 'domains',
    summary: 'List the domains of an app',
  },
  'domains.add': {
    method: 'POST',
    path: DOMAINS,
    action: 'domain:write',
    tag: 'domains',
    success: 201,
    summary: 'Claim a host for an app and get its certificate',
  },
  'domains.get': {
    method: 'GET',
    path: DOMAIN,
    action: 'domain:read',
    tag: 'domains',
    summary: 'Show a domain, what DNS should say, and how its certificate is',
  },
  'domains.update': {
    method: 'PATCH',
    path: DOMAIN,
    action: 'domain:write',
    tag: 'domains',
    summary: 'Change where a domain leads, its https, and how it is proved',
  },
  'domains.remove': {
    method: 'DELETE',
    path: DOMAIN,
    action: 'domain:write',
    tag: 'domains',
    summary: 'Give a host up',
  },
  'domains.check': {
    method: 'POST',
    path: `${DOMAIN}/check`,
    action: 'domain:write',
    tag: 'domains',
    summary: 'Look at DNS, CAA and port 80 of a domain now',
  },
  'domains.renew': {
    method: 'POST',
    path: `${DOMAIN}/renew`,
    action: 'domain:write',
    tag: 'domains',
    success: 202,
    summary: 'Get a new certificate now',
  },
  'domains.upload': {
    method: 'PUT',
    path: `${DOMAIN}/certificate`,
    action: 'domain:write',
    tag: 'domains',
    summary: 'Serve a certificate of your own',
  },
} as const satisfies Record<string, EndpointEntry>
