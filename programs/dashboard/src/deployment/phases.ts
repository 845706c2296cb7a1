/** The six phases that people see, from the state of a deployment and its steps. Pure. */
import type { Deployment } from '../api/queries.ts'
import type { Step } from './deployment-progress.ts'

export const PHASES = ['queue', 'build', 'start', 'switch', 'watch', 'drain'] as const
export type Phase = (typeof PHASES)[number]
export type PhaseState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped'

export interface PhaseView {
  name: Phase
  state: PhaseState
  durationMs: number | undefined
}

type Facts = Pick<
  Deployment,
  'state' | 'reason' | 'release' | 'receipt' | 'createdAt' | 'startedAt' | 'switchedAt'
>

/** A deployment is `starting` while it builds as well: it has no release yet then. */
export function phasesOf(deployment: Facts, steps: readonly Step[]): PhaseView[] {
  const at = PHASES.indexOf(phaseReached(deployment, steps))
  return PHASES.map((name, index) => ({
    name,
    state: stateOf(deployment, name, index, at),
    durationMs: durationOf(deployment, name),
  }))
}

function phaseReached(
  { state, reason, release, switchedAt, startedAt }: Facts,
  steps: readonly Step[],
): Phase {
  if (state === 'queued') return 'queue'
  // It is built; what comes next is its start.
  if (state === 'awaiting_approval') return 'start'
  if (state === 'switching' || state === 'canary') return 'switch'
  if (state === 'watching') return 'watch'
  if (state === 'draining' || state === 'succeeded') return 'drain'
  if (state !== 'starting') {
    if (switchedAt !== null) return 'watch'
    if (startedAt === null) return 'queue'
    if (steps.some(({ name }) => name === 'switch')) return 'switch'
  }
  return reason === 'deploy' && release === null ? 'build' : 'start'
}

function stateOf({ state, reason }: Facts, name: Phase, index: number, at: number): PhaseState {
  if (name === 'build' && reason !== 'deploy') return 'skipped'
  if (state === 'succeeded' || index < at) return 'done'
  if (index > at) return isOver(state) ? 'skipped' : 'waiting'
  if (state === 'failed') return 'failed'
  if (state === 'awaiting_approval') return 'waiting'
  return state === 'cancelled' ? 'skipped' : 'running'
}

function isOver(state: string): boolean {
  return state === 'failed' || state === 'cancelled'
}

function durationOf({ receipt, createdAt, startedAt }: Facts, name: Phase): number | undefined {
  if (name === 'queue') return startedAt === null ? undefined : Date.parse(startedAt) - Date.parse(createdAt)
  return name === 'build' ? buildMs(receipt?.timings) : receipt?.timings[name]
}

const OTHERS = new Set(['release', 'start', 'switch', 'watch', 'drain', 'return', 'total'])

/** The receipt has the steps of a build one by one. */
function buildMs(timings: Record<string, number> = {}): number | undefined {
  const steps = Object.entries(timings).filter(([name]) => !OTHERS.has(name))
  return steps.length === 0 ? undefined : steps.reduce((sum, [, ms]) => sum + ms, 0)
}
