import { useEffect, useRef, useState } from 'react'
import { client } from '../api/client.ts'
import { useStream } from '../api/use-stream.ts'
import { addLines, type LogLine } from './live-lines.ts'

export type { LogLine } from './live-lines.ts'

export interface LogFilter {
  grep?: string
  process?: string
  instance?: string
  level?: 'warn' | 'error'
}

const FIRST_LINES = 1_000
/** From an old time on there may be millions: so many are told before the reader asks for more. */
const LINES_AT_ONCE = 2_000

export interface LiveLogs {
  lines: readonly LogLine[]
  paused: boolean
  setPaused(paused: boolean): void
  /** While the reader looks at older lines, none of them is taken away. */
  hold(held: boolean): void
  error: Error | undefined
}

/**
 * The newest lines, then those that come; or those around a time or a line, and on from there. After a break it goes on
 * behind the last line that was seen.
 */
export function useLiveLogs(slug: string, filter: LogFilter, around?: string): LiveLogs {
  const [lines, setLines] = useState<readonly LogLine[]>([])
  const [paused, setPaused] = useState(false)
  const [error, setError] = useState<Error>()
  const cursor = useRef<string>(undefined)
  const held = useRef(around !== undefined)
  const budget = useRef(LINES_AT_ONCE)
  const key = JSON.stringify([slug, filter, around])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another log
  useEffect(() => {
    cursor.current = undefined
    held.current = around !== undefined
    budget.current = LINES_AT_ONCE
    setLines([])
    setPaused(false)
    setError(undefined)
  }, [key])
  useStream({
    key,
    enabled: !paused,
    open: signal =>
      client.stream('logs.query', {
        params: { slug },
        query: { ...filter, ...placeOf(cursor.current, around) },
        signal,
      }),
    onEvents(events) {
      cursor.current = events.at(-1)!.cursor
      setLines(known => addLines(known, events, { held: held.current }))
      budget.current -= events.length
      if (around !== undefined && budget.current <= 0) setPaused(true)
    },
    onError: setError,
  })
  return {
    ...{ lines, paused, error },
    setPaused(next) {
      budget.current = LINES_AT_ONCE
      setPaused(next)
    },
    hold(next) {
      held.current = next
    },
  }
}

function placeOf(cursor: string | undefined, around: string | undefined) {
  if (cursor !== undefined) return { after: cursor }
  return around === undefined ? { limit: FIRST_LINES } : { around }
}
