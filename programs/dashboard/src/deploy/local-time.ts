/** What a field for a date and a time holds: `2026-11-21T19:30`, in the viewer's zone, without saying which. Pure. */
import { utcTime } from '../text/times.ts'

/** Milliseconds since 1970; undefined for what is no time. */
export function fromLocal(text: string): number | undefined {
  const at = text === '' ? Number.NaN : new Date(text).getTime()
  return Number.isNaN(at) ? undefined : at
}

export function toLocal(at: number): string {
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** The same moment in UTC, for people. */
export function localAsUtc(text: string): string {
  const at = fromLocal(text)
  return at === undefined ? '' : utcTime(at)
}

export function zoneName(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}
