import { Check, Circle, LoaderCircle, Minus, X } from 'lucide-react'
import type { Deployment } from '../api/queries.ts'
import { classNames } from '../components/class-names.ts'
import { useNow } from '../components/time.tsx'
import { duration } from '../text/times.ts'
import { pageWords } from '../words/en/pages.ts'
import type { Step } from './deployment-progress.ts'
import { type PhaseState, phasesOf } from './phases.ts'

/** The way of a deployment, from the queue to the drained old release. */
export function Pipeline({ deployment, steps }: { deployment: Deployment; steps: readonly Step[] }) {
  useNow()
  return (
    <ol
      aria-label={pageWords.deployment.pipeline}
      className="grid grid-cols-2 gap-2 sm:grid-cols-3 lg:grid-cols-6"
    >
      {phasesOf(deployment, steps).map(({ name, state, durationMs }) => (
        <li
          key={name}
          aria-current={state === 'running' ? 'step' : undefined}
          className={classNames(
            'flex items-center gap-3 rounded-lg border px-3 py-2.5 sm:px-4 sm:py-3',
            state === 'running' ? 'border-accent bg-accent-soft' : 'border-line bg-surface',
            state === 'failed' && 'border-bad/50 bg-bad-soft',
          )}
        >
          <PhaseIcon state={state} />
          <span className="min-w-0">
            <span className={classNames('block font-medium', isOff(state) && 'text-soft')}>
              {pageWords.deployment.phases[name]}
            </span>
            <span className="block text-sm text-soft tabular-nums">
              {durationMs === undefined ? pageWords.deployment.phaseStates[state] : duration(durationMs)}
            </span>
          </span>
        </li>
      ))}
    </ol>
  )
}

function isOff(state: PhaseState): boolean {
  return state === 'waiting' || state === 'skipped'
}

function PhaseIcon({ state }: { state: PhaseState }) {
  if (state === 'done') return <Check aria-hidden className="size-5 shrink-0 text-good" />
  if (state === 'failed') return <X aria-hidden className="size-5 shrink-0 text-bad" />
  if (state === 'running')
    return <LoaderCircle aria-hidden className="size-5 shrink-0 animate-spin text-accent" />
  if (state === 'skipped') return <Minus aria-hidden className="size-5 shrink-0 text-faint" />
  return <Circle aria-hidden className="size-5 shrink-0 text-line-strong" />
}
