import { z } from 'zod'
import { appParamsSchema, appSchema } from '../app.ts'
import {
  appJobSchema,
  bulkSchema,
  cloneAppSchema,
  exportAppSchema,
  importAppSchema,
  importFormSchema,
} from '../app-job.ts'
import type { appJobEndpoints } from '../endpoint-list/app-jobs.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { jobParamsSchema } from '../job.ts'
import { listQuery } from '../paging.ts'

const inApp = { params: appParamsSchema }

const madeAppSchema = z
  .strictObject({
    app: appSchema,
    deployment: z.int().nullable().meta({ description: 'That brings it live; null where there is no code.' }),
    notes: z.array(z.string()).meta({ description: 'What did not come along, in sentences.' }),
  })
  .meta({ id: 'MadeApp' })

export const appJobEndpointSchemas = {
  'apps.bulk': { body: bulkSchema, data: appJobSchema },
  'appJobs.list': { query: listQuery(['createdAt'], {}), data: z.array(appJobSchema), paged: true },
  'appJobs.get': { params: jobParamsSchema, data: appJobSchema },
  'appJobs.cancel': { params: jobParamsSchema, data: appJobSchema },
  'appJobs.file': { params: jobParamsSchema, data: z.null() },
  'apps.export': { ...inApp, body: exportAppSchema, data: appJobSchema },
  'apps.clone': { ...inApp, body: cloneAppSchema, data: madeAppSchema },
  'apps.import': { body: importAppSchema, form: importFormSchema, data: madeAppSchema },
} satisfies Record<keyof typeof appJobEndpoints, EndpointSchemas>

export type MadeApp = z.output<typeof madeAppSchema>
