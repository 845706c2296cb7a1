import type { quotaEndpoints } from '../endpoint-list/quotas.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { quotasPersonParamsSchema, quotasSchema, quotasTeamParamsSchema, setQuotasSchema } from '../quota.ts'

export const quotaEndpointSchemas = {
  'quotas.own': { data: quotasSchema },
  'quotas.team': { params: quotasTeamParamsSchema, data: quotasSchema },
  'quotas.setTeam': { params: quotasTeamParamsSchema, body: setQuotasSchema, data: quotasSchema },
  'quotas.person': { params: quotasPersonParamsSchema, data: quotasSchema },
  'quotas.setPerson': { params: quotasPersonParamsSchema, body: setQuotasSchema, data: quotasSchema },
} satisfies Record<keyof typeof quotaEndpoints, EndpointSchemas>
