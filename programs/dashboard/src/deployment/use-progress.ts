import { useReducer, useRef } from 'react'
import { client } from '../api/client.ts'
import { useStream } from '../api/use-stream.ts'
import { addEvents, noProgress, type Progress } from './deployment-progress.ts'

/** Follows a deployment from its start. After a break it is told anew, since the whole of it is short to tell. */
export function useProgress(slug: string, number: number, onEnd: () => void): Progress {
  // Beside React's state, because its lines grow in place and an update of state may run twice.
  const progress = useRef(noProgress())
  const [, redraw] = useReducer((count: number) => count + 1, 0)
  useStream({
    key: `${slug} ${number}`,
    open: signal => client.stream('deployments.events', { params: { slug, number }, signal }),
    onStart() {
      progress.current = noProgress()
    },
    onEvents(events) {
      progress.current = addEvents(progress.current, events)
      redraw()
      if (events.some(({ type }) => type === 'end')) onEnd()
    },
  })
  return progress.current
}
