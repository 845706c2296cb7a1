import type { ActiveRoute } from './active-routes.ts'
import type { WorkerContext } from './worker-context.ts'

/** Counts a request against the limit of its route. @returns how long its client has to wait; undefined when it may pass */
export function secondsToWait(
  { requestLimits }: Pick<WorkerContext, 'requestLimits'>,
  { appId, limits }: ActiveRoute,
  address: string,
): number | undefined {
  const requestsPerMinutePerIp = limits?.requestsPerMinutePerIp
  if (requestsPerMinutePerIp === undefined) return undefined
  const verdict = requestLimits.take(appId, address, requestsPerMinutePerIp)
  return verdict.allowed ? undefined : verdict.retryAfterSeconds
}
