import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Change } from '../api/sight-queries.ts'
import { Button } from '../components/button.tsx'
import { classNames } from '../components/class-names.ts'
import { Time } from '../components/time.tsx'
import { inertLine } from '../text/inert.ts'
import { sightWords } from '../words/en/sight.ts'

const words = sightWords.changes
const FIRST = 12

interface ChangesProps {
  slug: string
  changes: readonly Change[]
  complete: boolean
  /** Called with what the pointer or the keyboard is on, and with nothing when it leaves. */
  onPoint(change: Change | undefined): void
}

/** What changed, newest first: the same that is marked in the charts. */
export function Changes({ slug, changes, complete, onPoint }: ChangesProps) {
  const [shown, setShown] = useState(FIRST)
  if (changes.length === 0) return <p className="px-5 py-4 text-soft">{words.nothing}</p>
  const rest = changes.length - shown
  return (
    <>
      <ol className="px-5 py-2">
        {changes.slice(0, shown).map((change, index) => (
          <Entry key={keyOf(change, index)} slug={slug} change={change} onPoint={onPoint} />
        ))}
      </ol>
      {rest > 0 && (
        <div className="px-5 pb-4">
          <Button size="small" look="quiet" onClick={() => setShown(shown + 50)}>
            {words.more(Math.min(rest, 50))}
          </Button>
        </div>
      )}
      {rest <= 0 && !complete && <p className="px-5 pb-4 text-sm text-soft">{words.incomplete}</p>}
    </>
  )
}

/** Several changes may have the same time and title. */
function keyOf({ at, title }: Change, index: number): string {
  return `${at} ${title} ${index}`
}

const DOTS = { good: 'bg-good', bad: 'bg-bad', neutral: 'bg-faint' }

interface EntryProps {
  slug: string
  change: Change
  onPoint(change: Change | undefined): void
}

function Entry({ slug, change, onPoint }: EntryProps) {
  const { at, tone, title, by, deployment } = change
  const text = <bdi>{inertLine(title)}</bdi>
  return (
    <li
      onPointerEnter={() => onPoint(change)}
      onPointerLeave={() => onPoint(undefined)}
      onFocus={() => onPoint(change)}
      onBlur={() => onPoint(undefined)}
      className="relative border-l border-line py-2 pl-4 last:border-transparent"
    >
      <span aria-hidden className={classNames('absolute top-4 -left-1 size-2 rounded-full', DOTS[tone])} />
      {deployment === null ? (
        text
      ) : (
        <Link
          to="/apps/$slug/deployments/$number"
          params={{ slug, number: String(deployment) }}
          className="hover:text-accent hover:underline"
        >
          {text}
        </Link>
      )}
      <p className="text-sm text-soft">
        <Time at={at} />
        {by && <> {words.by(inertLine(by))}</>}
      </p>
    </li>
  )
}
