import type { EndpointEntry } from '../endpoint-list.ts'

export type PeopleAction = never

export const peopleEndpoints = {} as const satisfies Record<string, EndpointEntry>
