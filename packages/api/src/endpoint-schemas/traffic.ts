import { appParamsSchema } from '../app.ts'
import { deploymentSchema } from '../deployment.ts'
import type { trafficEndpoints } from '../endpoint-list/traffic.ts'
import type { EndpointSchemas } from '../endpoint-schemas.ts'
import {
  changeTrafficQuerySchema,
  headerCheckQuerySchema,
  headerCheckSchema,
  replaceTrafficSchema,
  setMaintenanceSchema,
  trafficSchema,
  updateTrafficSchema,
} from '../traffic.ts'

const inApp = { params: appParamsSchema }
const change = { ...inApp, query: changeTrafficQuerySchema, data: trafficSchema }

export const trafficEndpointSchemas = {
  'traffic.get': { ...inApp, data: trafficSchema },
  'traffic.replace': { ...change, body: replaceTrafficSchema },
  'traffic.update': { ...change, body: updateTrafficSchema },
  'traffic.headers': { ...inApp, query: headerCheckQuerySchema, data: headerCheckSchema },
  'maintenance.set': { ...inApp, body: setMaintenanceSchema, data: trafficSchema },
  'canary.promote': { ...inApp, data: deploymentSchema },
  'canary.abort': { ...inApp, data: deploymentSchema },
} satisfies Record<keyof typeof trafficEndpoints, EndpointSchemas>
