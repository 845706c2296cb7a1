/** What an app takes of its machine, asleep or not. Pure. */
import { effectiveResources, type Resources } from '@seaworthy/runtime/resources'
import { lastingProcesses, wantedCount } from '../instances/instance-plan.ts'
import type { ReleaseSettings } from '../releases/release-settings.ts'

export interface Reservation {
  instances: number
  memoryMb: number
  cpus: number
}

/** What an instance counts as when its app does not say how much it needs. */
export const UNSAID_RESOURCES = { memoryMb: 512, cpus: 1 }

export const NO_RESERVATION: Reservation = { instances: 0, memoryMb: 0, cpus: 0 }

/** Asleep, an app keeps its place: waking must never be refused. */
export function reservationOf(
  { processes, resources }: Pick<ReleaseSettings, 'processes' | 'resources'>,
  scale: Readonly<Record<string, number>>,
  /** The app's own limits, which replace those of its release. */
  own: Resources = {},
): Reservation {
  const layers = { platform: UNSAID_RESOURCES, release: resources, app: own }
  const each = lastingProcesses(processes).map(name => {
    const instances = wantedCount(scale, name)
    const { memoryMb = 0, cpus = 0 } = effectiveResources(layers, name).limits
    return { instances, memoryMb: instances * memoryMb, cpus: instances * cpus }
  })
  return sum(each)
}

/** While a deployment brings up another release, the app takes what the larger of the two needs. */
export function largest(one: Reservation, other: Reservation): Reservation {
  return {
    instances: Math.max(one.instances, other.instances),
    memoryMb: Math.max(one.memoryMb, other.memoryMb),
    cpus: Math.max(one.cpus, other.cpus),
  }
}

export function sum(reservations: readonly Reservation[]): Reservation {
  return reservations.reduce(
    (total, { instances, memoryMb, cpus }) => ({
      instances: total.instances + instances,
      memoryMb: total.memoryMb + memoryMb,
      cpus: round(total.cpus + cpus),
    }),
    NO_RESERVATION,
  )
}

/** Ten times 0.1 is to be 1. */
function round(cpus: number): number {
  return Math.round(cpus * 1000) / 1000
}
