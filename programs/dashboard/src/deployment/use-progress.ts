import { useReducer, useRef } from 'react'
import { client } from '../api/client.ts'
import { useStream } from '../api/use-stream.ts'
import { addEvents, noProgress, type Progress } from './deployment-progress.ts'

/** Follows a deployment from its start. After a break it goes on behind what was told: a log can be very long. */
export function useProgress(slug: string, number: number, onEnd: () => void): Progress {
  const key = `${slug} ${number}`
  // Beside React's state, because its lines grow in place and an update of state may run twice.
  const told = useRef({ key, progress: noProgress() })
  if (told.current.key !== key) told.current = { key, progress: noProgress() }
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useStream({
    key,
    open: signal => {
      const { position } = told.current.progress
      const place = position > 0 ? { lastEventId: String(position) } : {}
      return client.stream('deployments.events', { params: { slug, number }, signal, ...place })
    },
    onEvents(events) {
      told.current.progress = addEvents(told.current.progress, events)
      redraw()
      if (events.some(({ type }) => type === 'end')) onEnd()
    },
  })
  return told.current.progress
}
