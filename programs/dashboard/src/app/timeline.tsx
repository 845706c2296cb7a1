import type { ReactNode } from 'react'
import type { AppEvent } from '../api/queries.ts'
import { classNames } from '../components/class-names.ts'
import { Time } from '../components/time.tsx'
import { DeploymentLink } from '../deployment/deployment-link.tsx'
import { inertLine } from '../text/inert.ts'
import { words } from '../words/en.ts'

/** What changed? The app's events, newest first. */
export function Timeline({ events, slug }: { events: readonly AppEvent[]; slug: string }) {
  if (events.length === 0) return <p className="px-5 py-4 text-soft">{words.events.nothing}</p>
  return (
    <ol className="px-5 py-2">
      {events.map(event => (
        <li
          key={event.id}
          className="relative flex gap-3 border-l border-line py-2 pl-4 last:border-transparent"
        >
          <span
            aria-hidden
            className={classNames('absolute top-4 -left-1 size-2 rounded-full', dotOf(event.type))}
          />
          <div className="min-w-0">
            <p>{describe(event, slug)}</p>
            <p className="text-sm text-soft">
              <Time at={event.createdAt} />
            </p>
          </div>
        </li>
      ))}
    </ol>
  )
}

const BAD = new Set(['deployment:failed', 'instance:crashed', 'app:crash-looping', 'app:wake-failed'])

function dotOf(type: string): string {
  if (BAD.has(type)) return 'bg-bad'
  return type === 'deployment:succeeded' ? 'bg-good' : 'bg-line-strong'
}

interface EventData {
  deployment?: number
  release?: number
  message?: string
  reason?: string
  process?: string
  version?: number
  keys?: string[]
  scale?: Record<string, number>
}

/** Types that this dashboard does not know are shown by their name. */
function describe({ type, data }: AppEvent, slug: string): ReactNode {
  const facts = (data ?? {}) as EventData
  const say = words.events.types[type]
  const detail = detailOf(facts)
  return (
    <>
      {say ?? type}
      {facts.deployment !== undefined && (
        <>
          {' '}
          <DeploymentLink slug={slug} number={facts.deployment} />
        </>
      )}
      {detail && <span className="text-soft">: {inertLine(detail)}</span>}
    </>
  )
}

function detailOf({ release, message, reason, process, keys, scale }: EventData): string | undefined {
  if (message ?? reason) return message ?? reason
  if (release !== undefined) return `v${release}`
  if (keys) return keys.join(', ')
  if (scale)
    return Object.entries(scale)
      .map(([name, count]) => `${name}=${count}`)
      .join(' ')
  return process
}
