import type { auditEndpoints } from '../endpoint-list/audit.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

export const auditEndpointSchemas = {} satisfies Record<keyof typeof auditEndpoints, EndpointSchemas>
