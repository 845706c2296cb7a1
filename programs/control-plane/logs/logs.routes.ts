import type { LogLine as LogLineDocument } from '@seaworthy/api'
import type { LogLine, LogStore } from '@seaworthy/telemetry'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { isoTime, milliseconds } from '../http/times.ts'
import { isAtLeast } from './log-level.ts'
import { type Around, type Filter, linesAround, queryLines } from './log-search.ts'

export interface LogsRoutesOptions {
  logs: LogStore
}

const DEFAULT_LIMIT = 500

export function logsRoutes({ logs }: LogsRoutesOptions): Implementations {
  return {
    'logs.query': {
      async answer({ app, query }) {
        const { until, limit = DEFAULT_LIMIT } = query
        const lines = await queryLines(logs, { ...filter(app.id, query), until: milliseconds(until) }, limit)
        return lines.map(lineDocument)
      },
      async stream({ app, query, signal, lastEventId }) {
        const after = lastEventId ?? query.after
        return lineEvents(logs, { ...filter(app.id, query), after }, query, signal)
      },
    },
  }
}

type Query = Call<'logs.query'>['query']

function filter(appId: string, { since, grep, process, instance, after, level }: Query): Filter {
  return { appId, since: milliseconds(since), grep, process, instanceId: instance, after, level }
}

interface Beginning {
  limit?: number | undefined
  around?: string | undefined
}

/** With a limit: the newest lines that are there, then those that come. Around a line or a time: on from shortly before. */
async function* lineEvents(logs: LogStore, wanted: Filter, begin: Beginning, signal: AbortSignal) {
  const { first, next } = await beginning(logs, wanted, begin)
  for (const line of first) yield lineEvent(line)
  const { level, until, ...followed } = wanted
  for await (const line of logs.follow({ ...followed, ...next }, signal))
    if (isAtLeast(level, line)) yield lineEvent(line)
}

async function beginning(logs: LogStore, wanted: Filter, { limit, around }: Beginning): Promise<Around> {
  const { since, after } = wanted
  if (after !== undefined) return { first: [], next: { since, after } }
  if (around !== undefined) return linesAround(logs, wanted, isCursor(around) ? around : Date.parse(around))
  if (limit === undefined) return { first: [], next: { since } }
  const startedAt = Date.now()
  const first = await queryLines(logs, wanted, limit)
  const last = first.at(-1)
  return { first, next: last ? { since: undefined, after: last.cursor } : { since: startedAt } }
}

function isCursor(text: string): boolean {
  return /^\d+$/.test(text)
}

function lineEvent(line: LogLine) {
  return { id: line.cursor, event: { type: 'log' as const, ...lineDocument(line) } }
}

function lineDocument({ at, process, instanceId, release, stream, text, cursor }: LogLine): LogLineDocument {
  return { at: isoTime(at), process, instance: instanceId, release, stream, text, cursor }
}
