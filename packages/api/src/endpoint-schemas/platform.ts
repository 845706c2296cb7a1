import { z } from 'zod'
import { appParamsSchema } from '../app.ts'
import { appPlanSchema, planAppSchema } from '../app-plan.ts'
import type { platformEndpoints } from '../endpoint-list/platform.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { pageFailureSchema } from '../page-failure.ts'
import { settingSchema } from '../setting.ts'

export const platformEndpointSchemas = {
  'settings.list': { data: z.array(settingSchema) },
  'pageFailures.report': { body: pageFailureSchema, data: z.null() },
  'apps.plan': { params: appParamsSchema, body: planAppSchema, data: appPlanSchema },
} satisfies Record<keyof typeof platformEndpoints, EndpointSchemas>
