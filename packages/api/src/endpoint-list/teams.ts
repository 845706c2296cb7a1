import type { EndpointEntry } from '../endpoint-list.ts'

export type TeamAction = never

export const teamEndpoints = {} as const satisfies Record<string, EndpointEntry>
