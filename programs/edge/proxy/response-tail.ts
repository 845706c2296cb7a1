import type { ClientResponse } from './client-response.ts'
import type { WorkerContext } from './worker-context.ts'

/** A client that does not read the rest of its answer must not keep it in our memory for ever. */
export function watchTail(
  { deadlines, limits }: Pick<WorkerContext, 'deadlines' | 'limits'>,
  response: ClientResponse,
): void {
  const onDeadline = () => {
    if (!response.writableFinished) response.destroy()
  }
  deadlines.watch({ deadlineAt: performance.now() + limits.keepAliveMs, watchIndex: -1, onDeadline })
}
