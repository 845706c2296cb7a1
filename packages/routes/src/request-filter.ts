import { keptAddress, type RequestLine } from './request-line.ts'

/** Which requests a search or a live tail wants; all that is given must fit. */
export interface RequestFilter {
  /** `5xx`, or `404`. */
  status?: string
  method?: string
  /** `/exact`, or with `*` for any text: `/api/*`. */
  path?: string
  /** Requests that took at least this long. */
  slowMs?: number
  /** A whole address; it also finds the lines that keep a short form of it. */
  ip?: string
}

/** What a filter looks at. */
export type FilteredRequest = Pick<RequestLine, 'status' | 'method' | 'path' | 'ms' | 'ip'>

/** The filter as a function that is quick to call for each request. */
export function compileRequestFilter(filter: RequestFilter): (request: FilteredRequest) => boolean {
  const checks = [
    statusCheck(filter.status),
    methodCheck(filter.method),
    pathCheck(filter.path),
    slowCheck(filter.slowMs),
    addressCheck(filter.ip),
  ].filter(check => check !== undefined)
  return request => checks.every(check => check(request))
}

type Check = ((request: FilteredRequest) => boolean) | undefined

function statusCheck(status: string | undefined): Check {
  if (status === undefined) return undefined
  const digit = Number(status[0])
  if (/^\dxx$/i.test(status)) return request => Math.floor(request.status / 100) === digit
  return request => request.status === Number(status)
}

function methodCheck(method: string | undefined): Check {
  const wanted = method?.toUpperCase()
  return wanted === undefined ? undefined : request => request.method === wanted
}

function pathCheck(path: string | undefined): Check {
  if (path === undefined) return undefined
  const parts = path.split('*')
  return request => fits(request.path, parts)
}

/** Without a regular expression: a pattern of many stars must not take for ever. */
function fits(path: string, [start = '', ...rest]: readonly string[]): boolean {
  if (rest.length === 0) return path === start
  if (!path.startsWith(start)) return false
  const end = rest.at(-1)!
  let at = start.length
  for (const part of rest.slice(0, -1)) {
    const found = path.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return path.length - end.length >= at && path.endsWith(end)
}

function slowCheck(slowMs: number | undefined): Check {
  return slowMs === undefined ? undefined : request => request.ms >= slowMs
}

function addressCheck(ip: string | undefined): Check {
  if (ip === undefined) return undefined
  const short = keptAddress(ip, 'short')
  return request => request.ip === ip || request.ip === short
}
