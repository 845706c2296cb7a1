import type { BuildState } from '../store/schema.ts'

/** What may follow each state. A running build that was cut off by a restart is started again. */
const NEXT: Record<BuildState, readonly BuildState[]> = {
  queued: ['running', 'failed', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
}

export function canBuildMove(from: BuildState, to: BuildState): boolean {
  return NEXT[from].includes(to)
}

/** States that `to` may follow. */
export function statesBefore(to: BuildState): BuildState[] {
  return (Object.keys(NEXT) as BuildState[]).filter(from => canBuildMove(from, to))
}

export function isBuildFinished(state: BuildState): boolean {
  return NEXT[state].length === 0
}
