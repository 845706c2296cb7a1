import { z } from 'zod'
import { appParamsSchema } from '../app.ts'
import type { cacheEndpoints } from '../endpoint-list/cache.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'

const path = z
  .string()
  .max(8000)
  .regex(/^\/[^\s#]*$/, 'must be a path that starts with "/", with or without a query')

const purgeSchema = z
  .strictObject({
    path: path
      .optional()
      .meta({ description: 'Exactly this path: with its query, or without one whatever the query.' }),
    prefix: path.optional().meta({ description: 'All paths that start so.' }),
  })
  .refine(
    given => given.path === undefined || given.prefix === undefined,
    'takes "path" or "prefix", not both',
  )
  .meta({ id: 'CachePurge' })

const purgedSchema = z
  .object({
    purged: z
      .int()
      .nonnegative()
      .meta({ description: 'Stored answers that were forgotten, over all threads of the edge.' }),
  })
  .meta({ id: 'CachePurged' })

export const cacheEndpointSchemas = {
  'cache.purge': { params: appParamsSchema, body: purgeSchema, data: purgedSchema },
} satisfies Record<keyof typeof cacheEndpoints, EndpointSchemas>
