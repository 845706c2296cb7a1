import { ChevronDown, ChevronRight } from 'lucide-react'
import { classNames } from '../components/class-names.ts'
import { inertLine } from '../text/inert.ts'
import { duration } from '../text/times.ts'
import { logWords } from '../words/en/logs.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'
import type { Step } from './deployment-progress.ts'

const TONES: Record<Step['state'], string> = {
  started: 'text-accent',
  succeeded: 'text-good',
  cached: 'text-good',
  failed: 'text-bad',
}

/** The first row of a step: what it is, how it went and how long it took; pressed, it folds. */
export function StepHead({ step, folded, onToggle }: { step: Step; folded: boolean; onToggle(): void }) {
  const title = inertLine(step.title)
  const Icon = folded ? ChevronRight : ChevronDown
  return (
    <button
      type="button"
      aria-expanded={!folded}
      aria-label={`${folded ? logWords.unfold(title) : logWords.fold(title)}, ${stateOf(step)}`}
      onClick={onToggle}
      className="-mx-4 flex h-5 w-[calc(100%+2rem)] items-center gap-2 px-4 text-left font-semibold hover:bg-line"
    >
      <Icon aria-hidden className="size-3.5 shrink-0 text-soft" />
      <bdi className={classNames('truncate', TONES[step.state])}>{title}</bdi>
      <span className="shrink-0 font-normal text-soft tabular-nums">{stateOf(step)}</span>
    </button>
  )
}

function stateOf({ state, durationMs }: Step): string {
  if (state === 'started') return pageWords.deployment.phaseStates.running
  const time = durationMs === undefined ? '' : duration(durationMs)
  if (state === 'cached') return [pageWords.deployment.cached, time].filter(Boolean).join(', ')
  return state === 'failed' ? [words.states.failed, time].filter(Boolean).join(', ') : time
}
