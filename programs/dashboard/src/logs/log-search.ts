/** What the page of logs looks for, as its address says it. */
export interface LogSearch {
  grep?: string
  process?: string
  instance?: string
  level?: 'warn' | 'error'
  span?: string
  /** Around this time (ISO 8601), or around the line with this cursor. */
  at?: string
  /** The cursor of the line that a link is to. */
  line?: string
  /** Whether the requests of the same time stand beside it. */
  requests?: boolean
}

export function logSearch(search: Record<string, unknown>): LogSearch {
  const { grep, process, instance, level, span, at, line, requests } = search
  // The router reads what looks like a number as one.
  const cursor = typeof line === 'number' ? String(line).padStart(15, '0') : line
  return {
    ...(typeof grep === 'string' && grep !== '' && { grep }),
    ...(typeof process === 'string' && { process }),
    ...(typeof instance === 'string' && { instance }),
    ...((level === 'warn' || level === 'error') && { level }),
    ...(typeof span === 'string' && { span }),
    ...(typeof at === 'string' && !Number.isNaN(Date.parse(at)) && { at }),
    ...(typeof cursor === 'string' && /^\d{1,15}$/.test(cursor) && { line: cursor }),
    ...(requests === true && { requests }),
  }
}
