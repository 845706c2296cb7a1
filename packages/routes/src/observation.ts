import { flag, InvalidRouteTable, integer, oneOf, optional, record } from './field-checks.ts'
import type { AddressDetail } from './request-line.ts'

/** What the edge keeps of the requests it sees: of one app, or of all. */
export interface Observation {
  /** 0 writes no request log, 1 a line for each request, 0.1 a line for every tenth. Answers 5xx are always written. */
  logSample: number
  logAddresses: AddressDetail
  /** Whether query strings are kept, without the values whose names say that they are secret. */
  logQueries: boolean
  /** Lines older than this go, a day at a time. */
  logMaxDays: number
  /** Of all files of one app together. */
  logMaxBytes: number
  /** Whether visits are counted. */
  visits: boolean
}

export const DEFAULT_OBSERVATION: Observation = {
  logSample: 1,
  logAddresses: 'whole',
  logQueries: true,
  logMaxDays: 14,
  logMaxBytes: 64 * 1024 * 1024,
  visits: true,
}

const DETAILS: readonly AddressDetail[] = ['whole', 'short', 'none']

/**
 * Reads what a route or a table says of it; what is missing is as the table or the defaults have it.
 * @throws {InvalidRouteTable}
 */
export function parseObservation(value: unknown, path: string): Partial<Observation> {
  const given = record(value, path)
  const parsed: Partial<Observation> = {
    logSample: optional(given.logSample, sample => share(sample, `${path}.logSample`)),
    logAddresses: optional(given.logAddresses, detail => oneOf(detail, `${path}.logAddresses`, DETAILS)),
    logQueries: optional(given.logQueries, value => flag(value, `${path}.logQueries`)),
    logMaxDays: optional(given.logMaxDays, days => integer(days, `${path}.logMaxDays`, 1, 3650)),
    logMaxBytes: optional(given.logMaxBytes, bytes => integer(bytes, `${path}.logMaxBytes`, 65_536, 2 ** 40)),
    visits: optional(given.visits, value => flag(value, `${path}.visits`)),
  }
  return Object.fromEntries(Object.entries(parsed).filter(([, field]) => field !== undefined))
}

function share(value: unknown, path: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new InvalidRouteTable(path, 'a number from 0 to 1')
}
