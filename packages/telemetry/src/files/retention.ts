import { stat } from 'node:fs/promises'
import { listSegments } from './list-segments.ts'
import type { KeptSegment } from './segment-format.ts'

export interface LogRetention {
  /** Of each app on its own. The newest segment is never deleted for its size. */
  maxBytesPerApp: number
  maxAgeDays: number
}

const DAY_MS = 86_400_000

/** Lines from before this time (milliseconds since 1970) go. */
export function oldestToKeep({ maxAgeDays }: LogRetention): number {
  return Date.now() - maxAgeDays * DAY_MS
}

/** The oldest segments that are too much or wholly too old; never the newest. A segment ends where the next begins. */
export function segmentsToDelete(segments: readonly KeptSegment[], retention: LogRetention): KeptSegment[] {
  const oldest = oldestToKeep(retention)
  let total = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  const toKeep = segments.findIndex((segment, index) => {
    const next = segments[index + 1]
    const isKept = !next || (total <= retention.maxBytesPerApp && next.createdAt >= oldest)
    total -= segment.bytes
    return isKept
  })
  return segments.slice(0, Math.max(0, toKeep))
}

/** Whether retention has something to do in that folder. Cheap: reads no segment. */
export async function hasOldLines(directory: string, retention: LogRetention): Promise<boolean> {
  const segments = await listSegments(directory)
  const newest = segments.at(-1)
  if (!newest) return false
  if (segmentsToDelete(segments, retention).length > 0) return true
  return (await stat(newest.path)).mtimeMs < oldestToKeep(retention)
}
