import { useEffect, useRef, useState } from 'react'
import { client, type EventOf } from '../api/client.ts'
import { useStream } from '../api/use-stream.ts'

export type LogLine = Omit<EventOf<'logs.query'>, 'type'>

export interface LogFilter {
  grep?: string
  process?: string
}

/** Older ones are in the store; a page that is open for days must not grow for days. */
const KEPT_LINES = 20_000
const FIRST_LINES = 1_000

export interface LiveLogs {
  lines: readonly LogLine[]
  paused: boolean
  setPaused(paused: boolean): void
  error: Error | undefined
}

/** The newest lines, then those that come. After a break it goes on behind the last line that was seen. */
export function useLiveLogs(slug: string, filter: LogFilter): LiveLogs {
  const [lines, setLines] = useState<readonly LogLine[]>([])
  const [paused, setPaused] = useState(false)
  const [error, setError] = useState<Error>()
  const cursor = useRef<string>(undefined)
  const key = JSON.stringify([slug, filter])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another log
  useEffect(() => {
    cursor.current = undefined
    setLines([])
    setError(undefined)
  }, [key])
  useStream({
    key,
    enabled: !paused,
    open: signal =>
      client.stream('logs.query', {
        params: { slug },
        query: { ...filter, ...(cursor.current ? { after: cursor.current } : { limit: FIRST_LINES }) },
        signal,
      }),
    onEvents(events) {
      cursor.current = events.at(-1)!.cursor
      setLines(known => [...known, ...events].slice(-KEPT_LINES))
    },
    onError: setError,
  })
  return { lines, paused, setPaused, error }
}
