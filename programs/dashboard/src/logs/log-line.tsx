import { Link2 } from 'lucide-react'
import { classNames } from '../components/class-names.ts'
import { inertLine } from '../text/inert.ts'
import { clockTime, utcTime } from '../text/times.ts'
import { logWords as words } from '../words/en/logs.ts'
import { AnsiLine } from './ansi-line.tsx'
import type { LogLine as Line } from './live-lines.ts'

interface LogLineProps {
  line: Line
  find: string
  /** It is the one that a link is to. */
  marked: boolean
  onLink(): void
}

/** One line of an app: when, by whom, and what; with a link to it where the pointer is. */
export function LogLine({ line, find, marked, onLink }: LogLineProps) {
  const { at, process, instance, stream, text } = line
  const ms = Date.parse(at)
  return (
    <span
      aria-current={marked || undefined}
      className={classNames('group -mx-4 block px-4', marked && 'bg-accent-soft')}
    >
      <button
        type="button"
        tabIndex={-1}
        aria-label={words.copyLink}
        title={words.copyLink}
        onClick={onLink}
        className="mr-2 inline-block align-middle text-soft opacity-0 group-hover:opacity-100 hover:text-accent focus-visible:opacity-100"
      >
        <Link2 aria-hidden className="size-3.5" />
      </button>
      <time dateTime={at} title={utcTime(ms)} className="mr-3 text-soft">
        {clockTime(ms)}
      </time>
      <span title={instance} className="mr-3 text-accent">
        {inertLine(process)}
      </span>
      <AnsiLine text={text} find={find} className={classNames(stream === 'stderr' && 'text-warn')} />
    </span>
  )
}
