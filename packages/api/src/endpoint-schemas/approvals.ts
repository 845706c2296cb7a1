import { appParamsSchema } from '../app.ts'
import {
  approvalRuleSchema,
  approveSchema,
  deploymentChangesSchema,
  refuseSchema,
  releaseChangesQuerySchema,
  releaseChangesSchema,
  replaceApprovalRuleSchema,
  rescheduleSchema,
} from '../approval.ts'
import { deploymentSchema, numberParamsSchema } from '../deployment.ts'
import type { approvalEndpoints } from '../endpoint-list/approvals.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import { releaseParamsSchema } from '../release.ts'

const inApp = { params: appParamsSchema }
const numbered = { params: numberParamsSchema }

export const approvalEndpointSchemas = {
  'approval.get': { ...inApp, data: approvalRuleSchema },
  'approval.set': { ...inApp, body: replaceApprovalRuleSchema, data: approvalRuleSchema },
  'deployments.approve': { ...numbered, body: approveSchema, data: deploymentSchema },
  'deployments.refuse': { ...numbered, body: refuseSchema, data: deploymentSchema },
  'deployments.changes': { ...numbered, data: deploymentChangesSchema },
  'deployments.reschedule': { ...numbered, body: rescheduleSchema, data: deploymentSchema },
  'releases.changes': {
    params: releaseParamsSchema,
    query: releaseChangesQuerySchema,
    data: releaseChangesSchema,
  },
} satisfies Record<keyof typeof approvalEndpoints, EndpointSchemas>
