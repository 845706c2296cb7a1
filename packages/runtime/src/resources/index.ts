/** What an instance may take of its machine: as it is written, and what of it counts. Loads no driver. */
export {
  type EffectiveResources,
  effectiveResources,
  type ResourceLayers,
  type ResourceSource,
} from './effective-resources.ts'
export { aboveMachine, type Machine, type ResourceProblem, thisMachine } from './machine.ts'
export {
  LIMIT_NAMES,
  type LimitName,
  type ProcessResources,
  processResourcesSchema,
  type Resources,
  resourcesSchema,
} from './resource-fields.ts'
