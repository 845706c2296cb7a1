import { amount } from '../text/amounts.ts'
import { inertLine } from '../text/inert.ts'
import { sightWords } from '../words/en/sight.ts'

interface RankedProps {
  rows: readonly { name: string | null; views: number }[]
  /** Where there is none. */
  empty: string
}

const SHOWN = 12

/** Names with how often each was counted, and a bar that compares them. */
export function Ranked({ rows, empty }: RankedProps) {
  if (rows.length === 0) return <p className="px-5 py-4 text-soft">{empty}</p>
  const most = Math.max(...rows.map(({ views }) => views))
  return (
    <ol className="grid gap-0.5 px-3 py-2">
      {rows.slice(0, SHOWN).map(({ name, views }) => (
        <li key={name ?? ''} className="relative flex items-baseline gap-3 px-2 py-1.5">
          <svg
            aria-hidden
            viewBox="0 0 100 1"
            preserveAspectRatio="none"
            className="absolute inset-y-0.5 left-0 h-[calc(100%-0.25rem)] w-full"
          >
            <rect width={most === 0 ? 0 : (views / most) * 100} height="1" className="fill-accent-soft" />
          </svg>
          <bdi className="relative min-w-0 flex-1 truncate" title={name ? inertLine(name) : undefined}>
            {name === null ? <i className="text-soft">{sightWords.visits.others}</i> : inertLine(name)}
          </bdi>
          <span className="relative tabular-nums">{amount(views)}</span>
        </li>
      ))}
    </ol>
  )
}
