import type { LogLine as LogLineDocument } from '@seaworthy/api'
import type { LogLine, LogStore } from '@seaworthy/telemetry'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { isoTime, milliseconds } from '../http/times.ts'

export interface LogsRoutesOptions {
  logs: LogStore
}

const DEFAULT_LIMIT = 500

export function logsRoutes({ logs }: LogsRoutesOptions): Implementations {
  return {
    'logs.query': {
      async answer({ app, query }) {
        const { until, limit = DEFAULT_LIMIT } = query
        const lines = await logs.query({ ...filter(app.id, query), until: milliseconds(until), limit })
        return lines.map(lineDocument)
      },
      async stream({ app, query, signal, lastEventId }) {
        const after = lastEventId ?? query.after
        return lineEvents(logs, { ...filter(app.id, query), after }, query.limit, signal)
      },
    },
  }
}

type Query = Call<'logs.query'>['query']
type Filter = Parameters<LogStore['follow']>[0]

function filter(appId: string, { since, grep, process, instance, after }: Query): Filter {
  return { appId, since: milliseconds(since), grep, process, instanceId: instance, after }
}

/** With a limit: the newest lines that are there, then those that come. */
async function* lineEvents(logs: LogStore, wanted: Filter, limit: number | undefined, signal: AbortSignal) {
  const startedAt = Date.now()
  let from: Pick<Filter, 'since' | 'after'> = wanted
  if (limit !== undefined && wanted.after === undefined) {
    from = { since: startedAt }
    for (const line of await logs.query({ ...wanted, limit })) {
      from = { after: line.cursor }
      yield lineEvent(line)
    }
  }
  const { since, after } = from
  for await (const line of logs.follow({ ...wanted, since, after }, signal)) yield lineEvent(line)
}

function lineEvent(line: LogLine) {
  return { id: line.cursor, event: { type: 'log' as const, ...lineDocument(line) } }
}

function lineDocument({ at, process, instanceId, release, stream, text, cursor }: LogLine): LogLineDocument {
  return { at: isoTime(at), process, instance: instanceId, release, stream, text, cursor }
}
