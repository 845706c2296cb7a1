/** When an instance that runs has to go. Pure. */
import type { EffectiveResources } from '@seaworthy/runtime/resources'
import type { EndCause, Replacement } from './end-sentence.ts'

export interface InstanceFacts {
  /** Milliseconds since 1970. */
  now: number
  healthyAt: number
  limits: EffectiveResources['limits']
  recycle: EffectiveResources['recycle']
  /** Undefined: not looked at yet. */
  memoryBytes: number | undefined
  diskBytes: number | undefined
  /** Of single processes, by the kernel, for memory. */
  memoryKills: number
  /** Health checks that failed in a row, and what the last of them said. */
  failures: number
  failuresUntilReplaced: number
  problem: string
}

const MB = 1_048_576
const HOUR_MS = 3_600_000

/**
 * What has to end at once: it takes more of the disk than it may and would go on, or the kernel ended a part of it for
 * its memory (cgroup v1 ends single processes), and half an app is worse than none.
 */
export function beyondLimit({ limits, diskBytes = 0, memoryKills }: InstanceFacts): EndCause | undefined {
  if (memoryKills > 0) return { exit: { code: null, signal: 'SIGKILL', oomKilled: true } }
  if (limits.diskMb === undefined || diskBytes <= limits.diskMb * MB) return undefined
  const detail = `its temporary files took ${Math.ceil(diskBytes / MB)} MB, and it may have ${limits.diskMb} MB`
  return { replaced: { reason: 'disk', detail } }
}

/** What is to be replaced by a fresh instance, as soon as that is healthy. */
export function dueReplacement(facts: InstanceFacts): Replacement | undefined {
  const { failures, failuresUntilReplaced, problem, recycle, memoryBytes = 0, now, healthyAt } = facts
  if (failures >= failuresUntilReplaced)
    return { reason: 'liveness', detail: `its health check failed ${failures} times in a row (${problem})` }
  if (recycle.memoryMb !== undefined && memoryBytes >= recycle.memoryMb * MB) {
    const used = Math.round(memoryBytes / MB)
    return {
      reason: 'recycle-memory',
      detail: `it used ${used} MB, and is to be fresh at ${recycle.memoryMb} MB`,
    }
  }
  if (recycle.afterHours !== undefined && now - healthyAt >= recycle.afterHours * HOUR_MS)
    return { reason: 'recycle-age', detail: `it ran for ${recycle.afterHours} h, as its settings want` }
  return undefined
}
