import type { EndpointEntry } from '../endpoint-list.ts'

export type AuditAction = 'audit:read' | 'audit:export' | 'audit:verify'

export const auditEndpoints = {
  'audit.list': {
    method: 'GET',
    path: '/api/v1/audit',
    action: 'audit:read',
    tag: 'audit',
    summary: 'List who did what, to what, from where',
  },
  'audit.export': {
    method: 'GET',
    path: '/api/v1/audit/export',
    action: 'audit:export',
    tag: 'audit',
    download: true,
    summary: 'Download audit entries as JSON lines or CSV, oldest first',
  },
  'audit.verify': {
    method: 'GET',
    path: '/api/v1/audit/verify',
    action: 'audit:verify',
    tag: 'audit',
    stream: { when: 'always', last: ['end'] },
    summary: 'Check that no audit entry was changed, removed or put in',
  },
} as const satisfies Record<string, EndpointEntry>
