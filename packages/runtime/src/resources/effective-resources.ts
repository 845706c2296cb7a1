import { LIMIT_NAMES, type LimitName, type ProcessResources, type Resources } from './resource-fields.ts'

/** Who said what counts: the platform, the release (its manifest), or the app's own limits. */
export type ResourceSource = 'platform' | 'release' | 'app'

export interface ResourceLayers {
  /** For those who say nothing. */
  platform: ProcessResources
  release: Resources
  /** Set for the app, without a deployment. */
  app: Resources
}

export interface EffectiveResources {
  limits: Partial<Record<LimitName, number>>
  recycle: NonNullable<ProcessResources['recycle']>
  from: Partial<Record<LimitName | 'recycle', ResourceSource>>
}

/**
 * What counts for one process of an app. Pure. The app's own limits come before those of its release, and those before
 * the platform's; within each of them what is said of the process comes before what is said of all.
 */
export function effectiveResources(layers: ResourceLayers, process: string): EffectiveResources {
  const result: EffectiveResources = { limits: {}, recycle: {}, from: {} }
  for (const source of ['platform', 'release', 'app'] as const) {
    const said = ofProcess(layers[source], process)
    for (const name of LIMIT_NAMES) {
      if (said[name] === undefined) continue
      result.limits[name] = said[name]
      result.from[name] = source
    }
    if (said.recycle === undefined) continue
    result.recycle = said.recycle
    result.from.recycle = source
  }
  return result
}

function ofProcess({ perProcess = {}, ...all }: Resources, process: string): ProcessResources {
  return { ...all, ...(Object.hasOwn(perProcess, process) ? perProcess[process] : {}) }
}
