/** Why an instance ended, in a sentence. Pure. */
import type { InstanceExit } from '@seaworthy/runtime'
import type { EndReason } from '../store/schema.ts'

/** Why the platform itself ended an instance, to put a fresh one in its place. */
export interface Replacement {
  reason: Exclude<EndReason, 'exit' | 'signal' | 'out-of-memory' | 'unknown'>
  /** What was seen: `GET /healthz answered 500`, `1200 MB` … */
  detail: string
}

/** `stopped`: nothing takes its place. */
export type EndCause = { exit: InstanceExit } | { replaced: Replacement } | { stopped: Replacement }

export interface End {
  reason: EndReason
  code: number | null
  signal: string | null
  sentence: string
}

export function endOf(process: string, cause: EndCause, limits: { memoryMb?: number }): End {
  if ('replaced' in cause) {
    const { reason, detail } = cause.replaced
    return { reason, code: null, signal: null, sentence: `${process} was replaced: ${detail}.` }
  }
  if ('stopped' in cause) {
    const { reason, detail } = cause.stopped
    return { reason, code: null, signal: null, sentence: `${process} was stopped: ${detail}.` }
  }
  const { code, signal } = cause.exit
  const reason = reasonOf(cause.exit)
  return { reason, code, signal, sentence: `${process} ${exitText(reason, cause.exit, limits)}.` }
}

function reasonOf({ code, signal, oomKilled }: InstanceExit): EndReason {
  if (oomKilled) return 'out-of-memory'
  if (signal) return 'signal'
  return code === null ? 'unknown' : 'exit'
}

function exitText(
  reason: EndReason,
  { code, signal, endedWithEngine, endedWithHost }: InstanceExit,
  { memoryMb }: { memoryMb?: number },
): string {
  if (reason === 'out-of-memory')
    return `was killed${memoryMb === undefined ? '' : ` at ${memoryMb} MB`}: it wanted more memory than it may have`
  if (endedWithEngine) return 'ended with the Docker engine, which was stopped or restarted'
  if (endedWithHost) return 'ended with the server, which was started anew'
  if (reason === 'signal') return `was ended by ${signal}, and not by the platform`
  if (reason === 'unknown') return 'ended while the platform was away: nobody knows how'
  return code === 0 ? 'ended by itself although it should keep running' : `crashed with exit code ${code}`
}
