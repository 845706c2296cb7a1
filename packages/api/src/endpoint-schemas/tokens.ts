import type { tokenEndpoints } from '../endpoint-list/tokens.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

export const tokenEndpointSchemas = {} satisfies Record<keyof typeof tokenEndpoints, EndpointSchemas>
