import { z } from 'zod'
import { appParamsSchema } from '../app.ts'
import type { execEndpoints } from '../endpoint-list/exec.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { execQuerySchema } from '../exec.ts'

export const execEndpointSchemas = {
  'exec.open': { params: appParamsSchema, query: execQuerySchema, data: z.null() },
} satisfies Record<keyof typeof execEndpoints, EndpointSchemas>
