import type { EndpointEntry } from '../endpoint-list.ts'

export type QuotaAction = never

export const quotaEndpoints = {} as const satisfies Record<string, EndpointEntry>
