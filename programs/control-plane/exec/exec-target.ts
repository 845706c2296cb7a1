/** Which running instance a command goes into. Pure. */
import type { InstanceState } from '../store/schema.ts'

export interface Candidate {
  id: string
  process: string
  state: InstanceState
  stopping: boolean
}

export interface Wanted {
  instance?: string | undefined
  process?: string | undefined
}

/** The best first: one that serves, of `web` where none is named. */
const STATES: readonly InstanceState[] = ['healthy', 'unhealthy', 'starting', 'draining']

export function chooseTarget<One extends Candidate>(
  candidates: readonly One[],
  wanted: Wanted,
): One | undefined {
  const fitting = candidates.filter(
    ({ id, process, state, stopping }) =>
      !stopping &&
      STATES.includes(state) &&
      (wanted.instance === undefined || id === wanted.instance) &&
      (wanted.process === undefined || process === wanted.process),
  )
  return fitting.sort((one, other) => rank(one) - rank(other))[0]
}

function rank({ process, state }: Candidate): number {
  return (process === 'web' ? 0 : STATES.length) + STATES.indexOf(state)
}
