import { CircleAlert, CircleCheck, CircleDashed, CircleX, LoaderCircle } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Domain } from '../api/sight-queries.ts'
import { inertLine } from '../text/inert.ts'
import { domainWords as words } from '../words/en/domains.ts'

type Step = Domain['steps'][number]

const ORDER: readonly Step['name'][] = ['dns', 'caa', 'reach', 'order', 'certificate']

const ICONS: Record<Step['state'], ReactNode> = {
  running: <LoaderCircle aria-hidden className="size-5 animate-spin text-accent" />,
  ok: <CircleCheck aria-hidden className="size-5 text-good" />,
  warning: <CircleAlert aria-hidden className="size-5 text-warn" />,
  failed: <CircleX aria-hidden className="size-5 text-bad" />,
  waiting: <CircleDashed aria-hidden className="size-5 text-faint" />,
}

/** What was looked at on the way to the certificate, with the verdict in plain words; live while it is under way. */
export function DomainSteps({ domain: { steps, state } }: { domain: Domain }) {
  const known = new Map(steps.map(step => [step.name, step]))
  const shown = state === 'working' ? ORDER : ORDER.filter(name => known.has(name))
  if (shown.length === 0) return <p className="text-soft">{words.noSteps}</p>
  return (
    <ol aria-live="polite" className="grid gap-2.5">
      {shown.map(name => {
        const step = known.get(name)
        const stepState = step?.state ?? 'waiting'
        return (
          <li key={name} className="flex gap-3">
            <span className="shrink-0">{ICONS[stepState]}</span>
            <div className="min-w-0">
              <p className="font-medium">
                {words.stepNames[name]}
                <span className="sr-only">: {words.stepStates[stepState]}</span>
              </p>
              {step && <p className="text-sm text-soft">{inertLine(step.message)}</p>}
              {step?.todo && <p className="text-sm">{inertLine(step.todo)}</p>}
            </div>
          </li>
        )
      })}
    </ol>
  )
}
