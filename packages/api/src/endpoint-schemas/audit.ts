import { z } from 'zod'
import {
  auditEntrySchema,
  auditExportQuerySchema,
  auditQuerySchema,
  auditVerdictSchema,
  auditVerifyQuerySchema,
} from '../audit.ts'
import type { auditEndpoints } from '../endpoint-list/audit.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

export const auditEndpointSchemas = {
  'audit.list': { query: auditQuerySchema, data: z.array(auditEntrySchema), paged: true },
  'audit.export': { query: auditExportQuerySchema, data: z.null() },
  'audit.verify': { query: auditVerifyQuerySchema, data: z.null(), event: auditVerdictSchema },
} satisfies Record<keyof typeof auditEndpoints, EndpointSchemas>
