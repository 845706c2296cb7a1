/** What a reclaim takes: trees that the platform made and that nothing names any more. Pure. */
import type { MeasuredPart } from './measure-home.ts'

export interface ReclaimItem {
  kind: 'artifact' | 'source'
  /** `sha256:…` */
  name: string
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
  { kind: 'cache', why: 'makes the next build fast; remove it by hand while no build runs' },
  { kind: 'unknown', why: 'the platform did not make it' },
  { kind: 'other-docker', why: 'not of this platform, or shared' },
] as const
