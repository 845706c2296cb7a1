/** Times for people: in the viewer's zone, with UTC at hand. */
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })
const dateTime = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' })
const dateOnly = new Intl.DateTimeFormat('en', { dateStyle: 'medium' })
const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hour12: false })

/** `just now`, `5 min. ago`, `in 2 hr.`, and from a week on the date. */
export function timeFromNow(at: number, now: number): string {
  const distance = at - now
  const size = Math.abs(distance)
  if (size < 45_000) return distance > 5_000 ? 'in a moment' : 'just now'
  if (size < HOUR) return relative.format(Math.round(distance / MINUTE), 'minute')
  if (size < DAY) return relative.format(Math.round(distance / HOUR), 'hour')
  if (size < 7 * DAY) return relative.format(Math.round(distance / DAY), 'day')
  return dateOnly.format(at)
}

export function fullTime(at: number): string {
  return dateTime.format(at)
}

export function clockTime(at: number): string {
  return clock.format(at)
}

export function utcTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** `0.4 s`, `12 s`, `3 min 20 s` */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  if (ms < MINUTE) return `${Math.round(ms / 1_000)} s`
  const minutes = Math.floor(ms / MINUTE)
  const seconds = Math.round((ms % MINUTE) / 1_000)
  return seconds === 0 ? `${minutes} min` : `${minutes} min ${seconds} s`
}

const hourAndMinute = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hour12: false })
const dayOnly = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric' })

/** Under a chart: the time of day, or the day where there are several. */
export function shortTime(at: number, span: 'hour' | 'day' | 'week'): string {
  return span === 'week' ? dayOnly.format(at) : hourAndMinute.format(at)
}

/** `Nov 21, 2026` */
export function fullDay(at: number): string {
  return dateOnly.format(at)
}
