import type { EndpointEntry } from '../endpoint-list.ts'

export type TokenAction = never

export const tokenEndpoints = {} as const satisfies Record<string, EndpointEntry>
