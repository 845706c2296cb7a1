/** What becomes of a canary, from what both sides answered. Pure: `CanaryWatch` gives the facts and carries it out. */
import type { CanaryRecord } from './canary-record.ts'
import { withoutProbes } from './receipt.ts'
import { watchVerdict } from './watch-verdict.ts'

export interface CanaryFacts {
  record: CanaryRecord
  /** Milliseconds since 1970. */
  now: number
  /** Processes of the canary of which no instance runs any more. */
  endedProcesses: readonly string[]
}

export type CanaryVerdict = { action: 'keep' } | { action: 'promote' | 'abort'; reason: string }

/** The rules of the watch after a switch, with the release that serves the rest as the one to compare with. */
export function canaryVerdict({ record, now, endedProcesses }: CanaryFacts): CanaryVerdict {
  const verdict = watchVerdict({
    before: record.seen.stable,
    after: withoutProbes(record.seen.canary, record.probes),
    failedProbesInARow: record.probes.failedInARow,
    endedProcesses,
    comparedWith: 'the release that serves the rest',
  })
  if (!verdict.keep) return { action: 'abort', reason: verdict.reason }
  return isDue(record, now)
    ? { action: 'promote', reason: `it stayed without a breach for ${record.promoteAfterMinutes} minutes` }
    : { action: 'keep' }
}

/** Never while a probe fails: what takes over has been seen to work. */
function isDue({ since, promoteAfterMinutes, probes }: CanaryRecord, now: number): boolean {
  if (since === null || promoteAfterMinutes === null) return false
  return probes.failedInARow === 0 && now - since >= promoteAfterMinutes * 60_000
}
