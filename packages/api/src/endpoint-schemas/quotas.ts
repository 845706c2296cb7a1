import type { quotaEndpoints } from '../endpoint-list/quotas.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

export const quotaEndpointSchemas = {} satisfies Record<keyof typeof quotaEndpoints, EndpointSchemas>
