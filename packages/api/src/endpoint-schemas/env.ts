import { z } from 'zod'
import { appParamsSchema } from '../app.ts'
import type { envEndpoints } from '../endpoint-list/env.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import {
  envChangedSchema,
  envDiffQuerySchema,
  envDiffSchema,
  envExportSchema,
  envKeyParamsSchema,
  envVersionParamsSchema,
  envVersionSchema,
  restoreEnvSchema,
  secretReadersSchema,
} from '../env.ts'
import { listQuery } from '../paging.ts'
import {
  importSharedEnvSchema,
  restoreSharedEnvSchema,
  sharedEnvChangedSchema,
  sharedEnvParamsSchema,
  sharedEnvSchema,
  sharedEnvSummarySchema,
  sharedEnvVersionParamsSchema,
  teamParamsOfEnvSchema,
  updateSharedEnvSchema,
} from '../shared-env.ts'

const inApp = { params: appParamsSchema }
const shared = { params: sharedEnvParamsSchema }

export const envEndpointSchemas = {
  'env.version': { params: envVersionParamsSchema, data: envVersionSchema },
  'env.diff': { ...inApp, query: envDiffQuerySchema, data: envDiffSchema },
  'env.restore': { ...inApp, body: restoreEnvSchema, data: envChangedSchema },
  'env.export': { ...inApp, data: envExportSchema },
  'env.readers': { params: envKeyParamsSchema, data: secretReadersSchema },

  'sharedEnv.list': { params: teamParamsOfEnvSchema, data: z.array(sharedEnvSummarySchema) },
  'sharedEnv.get': { ...shared, data: sharedEnvSchema },
  'sharedEnv.update': { ...shared, body: updateSharedEnvSchema, data: sharedEnvChangedSchema },
  'sharedEnv.import': { ...shared, body: importSharedEnvSchema, data: sharedEnvChangedSchema },
  'sharedEnv.restore': { ...shared, body: restoreSharedEnvSchema, data: sharedEnvChangedSchema },
  'sharedEnv.export': { ...shared, data: envExportSchema },
  'sharedEnv.versions': {
    ...shared,
    query: listQuery(['version'], {}),
    data: z.array(envVersionSchema),
    paged: true,
  },
  'sharedEnv.version': { params: sharedEnvVersionParamsSchema, data: envVersionSchema },
  'sharedEnv.diff': { ...shared, query: envDiffQuerySchema, data: envDiffSchema },
} satisfies Record<keyof typeof envEndpoints, EndpointSchemas>
