/** What a reclaim takes: what the platform made or fetched, and nothing names any more. Pure. */
import type { Leftover } from '@seaworthy/builder'
import type { MeasuredPart } from './measure-home.ts'

export interface ReclaimItem {
  kind: 'artifact' | 'source' | Leftover['kind']
  /** `sha256:…`, the name of an image, or the folder of a cache. */
  name: string
  appId?: string
  bytes: number
}

/** What goes is named here; everything else stays, whatever its size. */
export function reclaimable(parts: readonly MeasuredPart[], kept: ReadonlySet<string>): ReclaimItem[] {
  return parts.flatMap(({ kind, digest, bytes }) =>
    (kind === 'artifact' || kind === 'source') && digest !== undefined && !kept.has(digest)
      ? [{ kind, name: digest, bytes }]
      : [],
  )
}

/** What is never reclaimed, in words for people. */
export const NEVER_RECLAIMED = [
  { kind: 'volume', why: 'the data of apps' },
  { kind: 'database', why: 'everything that the platform knows' },
  { kind: 'backup', why: 'needed when all else is lost' },
  { kind: 'log', why: 'kept by age and size: SEAWORTHY_LOG_MAX_DAYS, SEAWORTHY_LOG_MAX_MB' },
  { kind: 'cache', why: 'what was used within 14 days makes the next build fast; so do tool chains' },
  {
    kind: 'build-cache',
    why: 'BuildKit knows no owner of it: see builder.gc in the daemon.json of the engine',
  },
  { kind: 'platform', why: 'its keys and what runs just now' },
  { kind: 'unknown', why: 'the platform did not make it' },
  { kind: 'other-docker', why: 'not of this platform, or shared' },
] as const
