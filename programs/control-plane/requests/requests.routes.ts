import { setTimeout as sleep } from 'node:timers/promises'
import type { Request } from '@seaworthy/api'
import type { RequestLine } from '@seaworthy/routes'
import type { Call, Implementations } from '../http/endpoint-implementation.ts'
import { isoTimeOrNull, milliseconds } from '../http/times.ts'
import type { LiveRequests } from './live-requests.ts'
import type { RequestQuery, RequestSearch } from './request-search.ts'

export interface RequestsRoutesOptions {
  requestSearch: RequestSearch
  liveRequests: LiveRequests
}

const DEFAULT_LIMIT = 100

export function requestsRoutes({ requestSearch, liveRequests }: RequestsRoutesOptions): Implementations {
  return {
    'requests.query': {
      async answer({ app, query }) {
        const found = await requestSearch.search(searchOf(app.id, query, query.limit ?? DEFAULT_LIMIT))
        return {
          requests: found.lines.map(requestDocument),
          complete: found.complete,
          searchedBackTo: isoTimeOrNull(found.searchedBackTo ?? null),
        }
      },
      async stream({ app, query, signal, lastEventId }) {
        return requestEvents({ requestSearch, liveRequests }, { appId: app.id, query, lastEventId, signal })
      },
    },
  }
}

type Query = Call<'requests.query'>['query']

function searchOf(appId: string, query: Query, limit: number): RequestQuery {
  const { since, until, status, method, path, slowMs, ip } = query
  const filter = { status, method, path, slowMs, ip }
  return { appId, limit, since: milliseconds(since), until: milliseconds(until), ...filter }
}

/** An edge that does not answer must not keep back what is stored. */
const EDGE_AWAY_MS = 1_000
/** Of a client that comes back, as many as could have come while it was away. */
const MAX_MISSED = 1_000

/**
 * First what is stored (the newest `limit`, all since `since`, or what a client missed that comes back), then what
 * comes. The edge tells before the log is read, so that nothing falls between the two.
 */
async function* requestEvents(
  { requestSearch, liveRequests }: RequestsRoutesOptions,
  {
    appId,
    query,
    lastEventId,
    signal,
  }: { appId: string; query: Query; lastEventId: string | undefined; signal: AbortSignal },
) {
  const told = new Set<string>()
  const { promise: isListening, resolve: listening } = Promise.withResolvers<void>()
  const live = liveRequests.follow(appId, searchOf(appId, query, 1), { signal, listening })
  const first = live.next()
  const stored = storedQuery(appId, query, lastEventId)
  if (stored) {
    await Promise.race([isListening, first, sleep(EDGE_AWAY_MS, undefined, { ref: false })])
    for (const line of (await requestSearch.search(stored)).lines) {
      told.add(line.id)
      if (line.id !== lastIdOf(lastEventId)) yield requestEvent(line)
    }
  }
  for (let next = await first; !next.done; next = await live.next()) {
    if (next.value.type === 'dropped') yield { event: { type: 'dropped' as const, count: next.value.count } }
    else if (!told.delete(next.value.request.id)) yield requestEvent(next.value.request)
  }
}

function storedQuery(appId: string, query: Query, lastEventId: string | undefined): RequestQuery | undefined {
  const resumeAt = lastEventId === undefined ? Number.NaN : Date.parse(lastEventId.slice(0, TIME_LENGTH))
  if (!Number.isNaN(resumeAt)) return { ...searchOf(appId, query, MAX_MISSED), since: resumeAt }
  if (query.limit === undefined && query.since === undefined) return undefined
  return searchOf(appId, query, query.limit ?? MAX_MISSED)
}

const TIME_LENGTH = 24

function lastIdOf(lastEventId: string | undefined): string | undefined {
  return lastEventId?.slice(TIME_LENGTH + 1)
}

function requestEvent(line: RequestLine) {
  return { id: `${line.time} ${line.id}`, event: { type: 'request' as const, ...requestDocument(line) } }
}

export function requestDocument(line: RequestLine): Request {
  return {
    at: line.time,
    id: line.id,
    address: line.ip,
    method: line.method,
    host: line.host,
    path: line.path,
    query: line.query ?? null,
    status: line.status,
    ms: line.ms,
    headMs: line.headMs ?? null,
    bytesIn: line.bytesIn,
    bytesOut: line.bytesOut,
    protocol: line.protocol,
    release: line.release ?? null,
    process: line.process ?? null,
    instance: line.target ?? null,
    cache: line.cache ?? null,
    agent: line.agent ?? null,
    referrer: line.referrer ?? null,
  }
}
