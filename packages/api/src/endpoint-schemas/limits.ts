import { z } from 'zod'
import { appParamsSchema } from '../app.ts'
import type { limitEndpoints } from '../endpoint-list/limits.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { appLimitsSchema, endsQuerySchema, instanceEndSchema, replaceLimitsSchema } from '../limit.ts'

const inApp = { params: appParamsSchema }

export const limitEndpointSchemas = {
  'limits.get': { ...inApp, data: appLimitsSchema },
  'limits.replace': { ...inApp, body: replaceLimitsSchema, data: appLimitsSchema },
  'instances.ends': { ...inApp, query: endsQuerySchema, data: z.array(instanceEndSchema) },
} satisfies Record<keyof typeof limitEndpoints, EndpointSchemas>
