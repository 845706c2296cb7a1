import type { keyEndpoints } from '../endpoint-list/keys.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { jobSchema } from '../job.ts'
import { keysSchema } from '../key.ts'

export const keyEndpointSchemas = {
  'keys.list': { data: keysSchema },
  'keys.rotate': { data: jobSchema },
} satisfies Record<keyof typeof keyEndpoints, EndpointSchemas>
