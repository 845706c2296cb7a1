/** The part of the composition root for what instances may take, and what is told when they end. */
import { type LimitName, type ProcessResources, thisMachine } from '@seaworthy/runtime/resources'
import type { SandboxPowers } from '@seaworthy/sandbox'
import type { LogStore } from '@seaworthy/telemetry'
import type { Quotas } from '../quotas/quotas.ts'
import type { Store } from '../store/database.ts'
import { AppLimits } from './app-limits.ts'
import { EndReports } from './end-reports.ts'
import { InstanceEnds } from './instance-ends.ts'
import { MemoryFigures } from './memory-figures.ts'

export interface LimitsSurroundings {
  store: Store
  quotas: Pick<Quotas, 'hold'>
  logs: Pick<LogStore, 'query'>
  platform: ProcessResources
}

export function composeLimits({ store, quotas, logs, platform }: LimitsSurroundings) {
  const machine = thisMachine()
  const instanceEnds = new InstanceEnds({ store, logs })
  const memoryFigures = new MemoryFigures({ store, ends: instanceEnds, machine })
  const appLimits = new AppLimits({ store, quotas, platform, machine })
  const endReports = new EndReports({ ends: instanceEnds, memory: memoryFigures })
  return { appLimits, endReports, routeParts: { appLimits, instanceEnds, memoryFigures } }
}

/** What this server can hold instances to. Files and disk need no power of the kernel that could be missing. */
export function enforcedLimits(powers: SandboxPowers): ReadonlySet<LimitName> {
  const { memoryLimit, cpuLimit, processLimit, mounts } = powers
  const held: [LimitName, boolean][] = [
    ['memoryMb', memoryLimit],
    ['cpus', cpuLimit],
    ['processes', processLimit],
    ['openFiles', mounts],
    ['diskMb', true],
  ]
  return new Set(held.flatMap(([name, isHeld]) => (isHeld ? name : [])))
}
