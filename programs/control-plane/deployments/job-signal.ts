/** Why the signal of a deployment's job aborted, and what that means for the deployment. */
import type { AppError } from '@seaworthy/kit'

/** A deployment is resumed after each kill of the control plane; this many times is more than bad luck. */
export const MAX_ATTEMPTS = 20

/** A user asked for the end. */
export function isCancelled(signal: AbortSignal): boolean {
  return codeOf(signal) === 'job_cancelled'
}

/** The deployment took longer than it may. */
export function isTimeout(signal: AbortSignal): boolean {
  return codeOf(signal) === 'job_deadline'
}

/** The control plane stops or lost its hold on the job: neither failed nor cancelled, the deployment goes on later. */
export function isCutOff(signal: AbortSignal): boolean {
  return signal.aborted && !isCancelled(signal) && !isTimeout(signal)
}

/** Aborts when the deployment is cut off, but not when it is cancelled or late: for what users have seen already. */
export function cutOffSignal(signal: AbortSignal): AbortSignal {
  const controller = new AbortController()
  const follow = () => {
    if (isCutOff(signal)) controller.abort(signal.reason)
  }
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true })
  return controller.signal
}

function codeOf(signal: AbortSignal): string | undefined {
  return signal.aborted ? (signal.reason as AppError | undefined)?.code : undefined
}
