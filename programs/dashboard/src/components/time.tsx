import { useSyncExternalStore } from 'react'
import { fullTime, timeFromNow, utcTime } from '../text/times.ts'
import { words } from '../words/en.ts'
import { Tooltip } from './tooltip.tsx'

/** How long ago, in the viewer's zone; the exact time and UTC when pointed at. */
export function Time({ at }: { at: string | null }) {
  const now = useNow()
  if (at === null) return <span className="text-soft">{words.never}</span>
  const ms = Date.parse(at)
  return (
    <Tooltip
      text={
        <>
          {fullTime(ms)}
          <br />
          {utcTime(ms)}
        </>
      }
    >
      <time dateTime={at} className="whitespace-nowrap">
        {timeFromNow(ms, now)}
      </time>
    </Tooltip>
  )
}

const TICK_MS = 10_000
let tick = Date.now()

/** One clock for the whole page. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => tick)
}

const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    tick = Date.now()
    timer = setInterval(ring, TICK_MS)
  }
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0) clearInterval(timer)
  }
}

function ring(): void {
  tick = Date.now()
  for (const listener of listeners) listener()
}
