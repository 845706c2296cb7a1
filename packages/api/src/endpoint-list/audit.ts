import type { EndpointEntry } from '../endpoint-list.ts'

export type AuditAction = never

export const auditEndpoints = {} as const satisfies Record<string, EndpointEntry>
