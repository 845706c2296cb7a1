import type { teamEndpoints } from '../endpoint-list/teams.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

export const teamEndpointSchemas = {} satisfies Record<keyof typeof teamEndpoints, EndpointSchemas>
