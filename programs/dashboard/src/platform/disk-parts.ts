/** What takes the disk, summed up in the ways that people look at it. Pure. */
import type { DiskReport } from '../api/platform-queries.ts'

export type DiskPart = DiskReport['entries'][number]

export interface DiskSum {
  name: string
  bytes: number
  parts: readonly DiskPart[]
}

/** What the rest of the disk is called: the system and other programs. */
export const REST = 'rest'

/** Largest first, and last what does not belong to the platform. */
export function byKind(report: Pick<DiskReport, 'entries' | 'totalBytes' | 'freeBytes'>): DiskSum[] {
  const sums = summed(report.entries, ({ kind }) => kind)
  const rest =
    report.totalBytes - report.freeBytes - report.entries.reduce((sum, { bytes }) => sum + bytes, 0)
  return rest > 0 ? [...sums, { name: REST, bytes: rest, parts: [] }] : sums
}

/** By slug; what no app has for itself is under the empty name. Largest first. */
export function byApp({ entries }: Pick<DiskReport, 'entries'>): DiskSum[] {
  return summed(entries, ({ app }) => app ?? '')
}

function summed(entries: readonly DiskPart[], nameOf: (part: DiskPart) => string): DiskSum[] {
  const groups = Map.groupBy(entries, nameOf)
  return [...groups]
    .map(([name, parts]) => ({
      name,
      bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
      parts: parts.toSorted((one, other) => other.bytes - one.bytes),
    }))
    .filter(({ bytes }) => bytes > 0)
    .sort((one, other) => other.bytes - one.bytes)
}
