import { useState } from 'react'
import { client } from '../api/client.ts'
import { useStream } from '../api/use-stream.ts'
import { addEvents, noProgress, type Progress } from './deployment-progress.ts'

/** Follows a deployment from its start. After a break it is told anew, since the whole of it is short to tell. */
export function useProgress(slug: string, number: number, onEnd: () => void): Progress {
  const [progress, setProgress] = useState(noProgress)
  useStream({
    key: `${slug} ${number}`,
    open: signal => client.stream('deployments.events', { params: { slug, number }, signal }),
    onStart: () => setProgress(noProgress()),
    onEvents(events) {
      setProgress(known => addEvents(known, events))
      if (events.some(({ type }) => type === 'end')) onEnd()
    },
  })
  return progress
}
