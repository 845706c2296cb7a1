/** What the page of requests looks for, as its address says it. Pure: an address may hold anything. */
import type { RequestFilter } from '../api/sight-queries.ts'

export const REQUEST_SPANS = ['live', '10m', '1h', '24h', '7d'] as const
export type RequestSpan = (typeof REQUEST_SPANS)[number]

export interface RequestSearch {
  status?: string
  method?: string
  path?: string
  /** Took at least so many milliseconds. */
  slow?: number
  ip?: string
  span?: RequestSpan
}

const MINUTE = 60_000
const SPAN_MS: Record<Exclude<RequestSpan, 'live'>, number> = {
  '10m': 10 * MINUTE,
  '1h': 60 * MINUTE,
  '24h': 1_440 * MINUTE,
  '7d': 10_080 * MINUTE,
}

export function requestSearch(search: Record<string, unknown>): RequestSearch {
  const { status, method, path, slow, ip, span } = search
  const found: RequestSearch = {}
  const statusText = String(status ?? '')
  if (/^[1-5](\d\d|xx)$/i.test(statusText)) found.status = statusText.toLowerCase()
  if (typeof method === 'string' && /^[A-Za-z]{1,20}$/.test(method)) found.method = method.toUpperCase()
  if (typeof path === 'string' && path !== '') found.path = path.slice(0, 500)
  if (Number.isInteger(Number(slow)) && Number(slow) > 0) found.slow = Number(slow)
  if (typeof ip === 'string' && ip !== '') found.ip = ip.slice(0, 64)
  const known = REQUEST_SPANS.find(each => each === span)
  if (known && known !== 'live') found.span = known
  return found
}

/** As the API takes it. A path that is not finished being typed, or an address that is none, waits. */
export function requestFilter({ status, method, path, slow, ip }: RequestSearch): RequestFilter {
  return {
    ...(status && { status }),
    ...(method && { method }),
    ...(path?.startsWith('/') && { path }),
    ...(slow && { slowMs: slow }),
    ...(ip && isAddress(ip) && { ip }),
  }
}

/** Since when a span looks, at a whole minute so that drawing the page again asks the same; undefined for the live tail. */
export function spanStart(span: RequestSpan, now: number): string | undefined {
  if (span === 'live') return undefined
  return new Date(Math.floor(now / MINUTE) * MINUTE - SPAN_MS[span]).toISOString()
}

/** Whole addresses; the API decides in the end. */
export function isAddress(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) || /^[0-9a-f:]*:[0-9a-f:.]*:[0-9a-f:.]*$/i.test(text)
}
