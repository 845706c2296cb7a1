import type { accountEndpoints } from '../endpoint-list/accounts.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

export const accountEndpointSchemas = {} satisfies Record<keyof typeof accountEndpoints, EndpointSchemas>
