import type { ReactNode } from 'react'
import type { AppFigures } from '../api/sight-queries.ts'
import { Meter } from '../charts/meter.tsx'
import { Sparkline } from '../charts/sparkline.tsx'
import { classNames } from '../components/class-names.ts'
import { amount, latency, memory, percent } from '../text/amounts.ts'
import { words } from '../words/en.ts'
import { isFailing, isNearLimit, memoryPart } from './app-list.ts'

/** How an app is right now: what it gets, how fast it answers, what fails, what it holds. */
export function FigureCells({ figures }: { figures: AppFigures | undefined }) {
  const head = words.apps.columns
  return (
    <>
      <Cell name={head.traffic} className="flex items-center gap-3 tabular-nums max-lg:w-52">
        {figures ? <Traffic figures={figures} /> : <Unknown />}
      </Cell>
      <Cell
        name={head.p95}
        shown
        className={classNames('tabular-nums lg:text-right', figures?.p95Ms == null && 'max-lg:hidden')}
      >
        {figures?.p95Ms == null ? <Unknown /> : latency(figures.p95Ms)}
      </Cell>
      <Cell
        name={head.errors}
        shown
        className={classNames(
          'tabular-nums lg:text-right',
          isFailing(figures) && 'font-medium text-bad',
          figures?.errorRate == null && 'max-lg:hidden',
        )}
      >
        {figures?.errorRate == null ? <Unknown /> : percent(figures.errorRate)}
      </Cell>
      <Cell
        name={head.memory}
        className={classNames('tabular-nums', figures?.memoryBytes == null && 'max-lg:hidden')}
      >
        {figures?.memoryBytes == null ? <Unknown /> : <Memory figures={figures} />}
      </Cell>
    </>
  )
}

function Traffic({ figures: { requestsPerMinute, sparkline } }: { figures: AppFigures }) {
  return (
    <>
      <span className="w-10 shrink-0 text-right">{amount(requestsPerMinute)}</span>
      <span className="shrink-0 text-soft lg:hidden" aria-hidden>
        {words.apps.aMinute}
      </span>
      <Sparkline values={sparkline} className="max-w-24" />
    </>
  )
}

function Memory({ figures }: { figures: AppFigures }) {
  const { memoryBytes, memoryLimitBytes } = figures
  if (!memoryLimitBytes) return memory(memoryBytes!)
  return (
    <span className="grid gap-1">
      <span className="truncate">{words.apps.memoryOf(memory(memoryBytes!), memory(memoryLimitBytes))}</span>
      <Meter part={memoryPart(figures)} tone={isNearLimit(figures) ? 'bad' : 'normal'} />
    </span>
  )
}

function Unknown() {
  return (
    <span className="text-faint">
      <span aria-hidden>–</span>
      <span className="sr-only">{words.apps.noFigure}</span>
    </span>
  )
}

interface CellProps {
  /** The head of its column: for those who hear the list, and on a phone, where there are no columns. */
  name: string
  shown?: boolean
  className?: string
  children: ReactNode
}

export function Cell({ name, shown = false, className, children }: CellProps) {
  return (
    <span className={classNames('min-w-0 text-sm', className)}>
      <span className={shown ? 'mr-1 text-soft lg:sr-only' : 'sr-only'}>{name}: </span>
      {children}
    </span>
  )
}
