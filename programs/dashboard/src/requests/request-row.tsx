import type { SeenRequest } from '../api/sight-queries.ts'
import { classNames } from '../components/class-names.ts'
import { latency } from '../text/amounts.ts'
import { inertLine } from '../text/inert.ts'
import { clockTime } from '../text/times.ts'

const SHOWN_CHARACTERS = 300

/** One request in one line; pressed, it tells everything. */
export function RequestRow({ request, onOpen }: { request: SeenRequest; onOpen(): void }) {
  const { at, status, method, ms, release } = request
  return (
    <button
      type="button"
      onClick={onOpen}
      className="-mx-4 flex w-max min-w-[calc(100%+2rem)] items-baseline gap-4 px-4 text-left hover:bg-line [&>*:not(bdi)]:shrink-0"
    >
      <time dateTime={at} className="text-soft">
        {clockTime(Date.parse(at))}
      </time>
      <span className={classNames('w-8', statusTone(status))}>{status}</span>
      <span className="w-12 text-soft">{inertLine(method).slice(0, 8)}</span>
      <span className="w-16 text-right">{latency(ms)}</span>
      <span className="w-8 text-soft">{release ?? ''}</span>
      <bdi>{shortened(addressOf(request))}</bdi>
    </button>
  )
}

export function statusTone(status: number): string {
  if (status >= 500) return 'font-semibold text-bad'
  if (status >= 400) return 'text-warn'
  return status >= 300 ? 'text-soft' : 'text-good'
}

/** What was asked for, with nothing in it that could act. */
export function addressOf({ path, query }: SeenRequest): string {
  return inertLine(query ? `${path}?${query}` : path)
}

function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
