import type { EndpointEntry } from '../endpoint-list.ts'

export type AccountAction = never

export const accountEndpoints = {} as const satisfies Record<string, EndpointEntry>
