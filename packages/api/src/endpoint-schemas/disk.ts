import { diskReportSchema, reclaimBodySchema, reclaimSchema } from '../disk.ts'
import type { diskEndpoints } from '../endpoint-list/disk.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

export const diskEndpointSchemas = {
  'disk.get': { data: diskReportSchema },
  'disk.reclaim': { body: reclaimBodySchema, data: reclaimSchema },
} satisfies Record<keyof typeof diskEndpoints, EndpointSchemas>
