/** What settings of an app come to, from its release and its own. Pure. */
import {
  DEFAULT_POLICY,
  TRAFFIC_KEYS,
  type TrafficKey,
  type TrafficSettings,
} from '@seaworthy/routes/settings'

export interface EffectiveSetting {
  key: TrafficKey
  /** Undefined where nobody set anything and there is no default. */
  value: unknown
  from: 'app' | 'release' | 'default'
}

/** What the platform does where nobody says anything. */
const DEFAULTS: TrafficSettings = {
  csp: { mode: 'report-only', policy: DEFAULT_POLICY },
  compression: true,
}

/** Each key once: the app's own setting replaces the release's. */
export function effectiveSettings({
  own,
  release,
}: {
  own: TrafficSettings
  release: TrafficSettings
}): EffectiveSetting[] {
  return TRAFFIC_KEYS.map(key => {
    if (own[key] !== undefined) return { key, value: own[key], from: 'app' }
    if (isSaid(release[key])) return { key, value: release[key], from: 'release' }
    return { key, value: DEFAULTS[key], from: 'default' }
  })
}

/** The keys that one has otherwise than the other. */
export function changedSettings(
  before: readonly EffectiveSetting[],
  after: readonly EffectiveSetting[],
): { key: TrafficKey; before: unknown; after: unknown }[] {
  return after.flatMap((setting, index) => {
    const earlier = before[index]!
    const isSame =
      JSON.stringify(earlier.value) === JSON.stringify(setting.value) && earlier.from === setting.from
    return isSame ? [] : [{ key: setting.key, before: earlier.value, after: setting.value }]
  })
}

/** Processes that get requests: `web`, and those that a path leads to. They are given a port. */
export function answeringProcesses({ routes = {} }: TrafficSettings): string[] {
  const named = Object.values(routes).flatMap(({ process }) => process ?? [])
  return [...new Set(['web', ...named])]
}

/** A manifest without the field has it empty all the same. */
function isSaid(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined
  return Object.keys(value).length > 0
}
