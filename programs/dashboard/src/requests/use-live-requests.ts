import { useEffect, useState } from 'react'
import { client } from '../api/client.ts'
import type { RequestFilter } from '../api/sight-queries.ts'
import { useStream } from '../api/use-stream.ts'
import { addRequests, type LiveRequests, NO_REQUESTS } from './live-requests.ts'

const FIRST_REQUESTS = 200

/** The newest requests, then those that come. After a break the last ones are asked for again; none shows up twice. */
export function useLiveRequests(slug: string, filter: RequestFilter) {
  const [live, setLive] = useState<LiveRequests>(NO_REQUESTS)
  const [paused, setPaused] = useState(false)
  const [error, setError] = useState<Error>()
  const key = JSON.stringify(['requests', slug, filter])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another filter is another list
  useEffect(() => {
    setLive(NO_REQUESTS)
    setError(undefined)
  }, [key])
  useStream({
    key,
    enabled: !paused,
    open: signal =>
      client.stream('requests.query', {
        params: { slug },
        query: { ...filter, limit: FIRST_REQUESTS },
        signal,
      }),
    onEvents: events => setLive(known => addRequests(known, events)),
    onError: setError,
  })
  return { ...live, paused, setPaused, error }
}
