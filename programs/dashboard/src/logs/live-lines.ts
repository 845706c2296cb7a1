/** The lines of a live log, as they come: none twice, and not for ever more of them. Pure. */
import type { EventOf } from '../api/client.ts'

export type LogLine = Omit<EventOf<'logs.query'>, 'type'>

/** Older ones are in the store; a page that is open for days must not grow for days. */
export const KEPT_LINES = 20_000
/** While somebody reads what came before, nothing is taken away above them, up to this. */
export const HELD_LINES = 100_000

/** A stream that was opened anew may tell again what is known: a line is known by its cursor, which only grows. */
export function addLines(
  known: readonly LogLine[],
  events: readonly LogLine[],
  { held }: { held: boolean },
): readonly LogLine[] {
  const last = known.at(-1)?.cursor ?? ''
  const fresh = events.filter(({ cursor }) => cursor > last)
  if (fresh.length === 0) return known
  return [...known, ...fresh].slice(-(held ? HELD_LINES : KEPT_LINES))
}

/** The entry whose time is nearest; -1 for an empty list, which is sorted by time. */
export function nearestInTime(list: readonly { at: string }[], at: string): number {
  const wanted = Date.parse(at)
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (Date.parse(list[middle]!.at) <= wanted) low = middle + 1
    else high = middle
  }
  return Math.min(Math.max(0, low - 1), list.length - 1)
}
