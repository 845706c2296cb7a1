import type { RequestFilter } from '@seaworthy/routes'
import { ControlError } from './control-error.ts'

/**
 * What `GET /requests?appId=…&status=5xx` asks for.
 * @throws {ControlError} for a query that is wrong
 */
export function readTailRequest(query: URLSearchParams): { appId: string; filter: RequestFilter } {
  const appId = query.get('appId')
  if (!appId) throw wrong('appId', 'is missing')
  const status = query.get('status') ?? undefined
  if (status !== undefined && !/^[1-5](\d\d|xx)$/i.test(status)) throw wrong('status', 'must be 404 or 5xx')
  const slow = query.get('slowMs')
  const slowMs = slow === null ? undefined : Number(slow)
  if (slowMs !== undefined && !(slowMs >= 0)) throw wrong('slowMs', 'must be a number of milliseconds')
  const text = (name: string) => query.get(name) ?? undefined
  return { appId, filter: { status, slowMs, method: text('method'), path: text('path'), ip: text('ip') } }
}

function wrong(name: string, problem: string): ControlError {
  return new ControlError(400, 'EDGE_WRONG_FILTER', `The parameter ${name} ${problem}.`)
}
