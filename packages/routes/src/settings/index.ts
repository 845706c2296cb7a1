/** Traffic settings as users write them. The edge never loads this: it knows the route table only. */
export { type AccessSettings, accessSchema, type GivenAccess } from './access-settings.ts'
export { answerHeadersOf, DEFAULT_POLICY } from './answer-header-settings.ts'
export type { PathRoutes } from './rule-settings.ts'
export { behindDoor, type TableRules, tableRules } from './table-rules.ts'
export {
  type GivenTraffic,
  givenTrafficSchema,
  type MaintenanceSettings,
  maintenanceSchema,
  TRAFFIC_KEYS,
  type TrafficKey,
  type TrafficPatch,
  type TrafficSettings,
  trafficFields,
  trafficOf,
  trafficPatchSchema,
  trafficSettingsSchema,
} from './traffic-settings.ts'
