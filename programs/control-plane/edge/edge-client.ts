import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '@seaworthy/kit'
import {
  type CachePurge,
  type EdgeCountersReport,
  type EdgeStatus,
  type KnownTable,
  knownTable,
  type RefusedPart,
  type RouteCounters,
  type RouteTable,
  type TableChange,
  type TablePush,
  tableChange,
  type VisitBatch,
} from '@seaworthy/routes'
import { EdgeEventStream, type EdgeReport } from './edge-event-stream.ts'
import { askEdge, type EdgeReply } from './edge-request.ts'
import { EdgeHasNewerTable, EdgeRefused, EdgeUnreachable } from './errors.ts'

export type { EdgeReport } from './edge-event-stream.ts'

export interface EdgeClientOptions {
  /** `<home>/run/edge.sock` */
  socketPath: string
  log: Logger
  /** How long a push goes on trying while the edge restarts. */
  pushPatienceMs?: number
}

const RETRY_MS = 50

/** Talks to the edge over its control socket. */
export class EdgeClient {
  readonly #socketPath: string
  readonly #log: Logger
  readonly #pushPatienceMs: number
  /** What the edge has, if that is exactly what was pushed last. */
  #known: KnownTable | undefined

  constructor({ socketPath, log, pushPatienceMs = 10_000 }: EdgeClientOptions) {
    this.#socketPath = socketPath
    this.#log = log
    this.#pushPatienceMs = pushPatienceMs
  }

  /**
   * Resolves once every worker of the edge routes by `table`, with the parts that the edge could not use: each has the
   * form that it had before, or is missing. Tries again while the edge restarts; pushing a table
   * twice is harmless.
   * @throws {EdgeHasNewerTable} when the table is older than the edge's own
   * @throws {EdgeUnreachable} when no edge took it in time
   */
  async pushTable(table: RouteTable): Promise<RefusedPart[]> {
    const giveUpAt = Date.now() + this.#pushPatienceMs
    for (;;) {
      try {
        return await this.#push(table, Math.max(giveUpAt - Date.now(), 1_000))
      } catch (error) {
        if (!isConnectionError(error)) throw error
        if (Date.now() > giveUpAt) throw new EdgeUnreachable('push the routes', { cause: error })
        await sleep(RETRY_MS)
      }
    }
  }

  async table(): Promise<RouteTable> {
    return (await this.#get('/table', 'read the routes')) as RouteTable
  }

  /** What the edge counted since it started: of one app, or of all. Also for releases that are routed no more. */
  async counters(appId?: string): Promise<RouteCounters[]> {
    return (await this.countersSnapshot(appId)).counters
  }

  async countersSnapshot(appId?: string): Promise<EdgeCountersReport> {
    const query = appId === undefined ? '' : `?appId=${encodeURIComponent(appId)}`
    return (await this.#get(`/counters${query}`, 'read the counters')) as EdgeCountersReport
  }

  /** Requests that a target works on now; 0 for one that the edge does not know. */
  async inFlight(targetId: string): Promise<number> {
    const { status, body } = await this.#ask(
      'GET',
      `/targets/${encodeURIComponent(targetId)}`,
      'ask for a target',
    )
    if (status === 404) return 0
    return (successful({ status, body }) as { inFlight: number }).inFlight
  }

  /** What the edge saw of visits and nobody has written down; without apps for nothing. */
  async visits(): Promise<VisitBatch> {
    return (await this.#get('/visits', 'read the visits')) as VisitBatch
  }

  /** A batch of visits is written down. */
  async forgetVisits(id: string): Promise<void> {
    successful(await this.#ask('DELETE', `/visits/${encodeURIComponent(id)}`, 'forget visits'))
  }

  /** Resolves once no worker of the edge holds what is meant. */
  async purgeCache(purge: CachePurge): Promise<{ purged: number }> {
    return successful(await this.#ask('POST', '/purge', 'purge its cache', purge)) as { purged: number }
  }

  async status(): Promise<EdgeStatus> {
    return (await this.#get('/status', 'ask how it is')) as EdgeStatus
  }

  /** Asks this edge to take no new connections, finish what it has and exit. */
  async drainAndExit(): Promise<void> {
    successful(await this.#ask('POST', '/drain-and-exit', 'stop it'))
  }

  /**
   * Hears what the edge reports, over restarts of the edge too, until `close` is called on what it returns.
   * `wake-needed` repeats each second for as long as requests wait.
   */
  events(listener: (event: EdgeReport) => void): EdgeEventStream {
    const stream = new EdgeEventStream({ socketPath: this.#socketPath, log: this.#log, onEvent: listener })
    stream.start()
    return stream
  }

  async #push(table: RouteTable, timeoutMs: number): Promise<RefusedPart[]> {
    const known = knownTable(table)
    const change = this.#known && known && tableChange(this.#known, known, table)
    this.#known = undefined
    const isDone = change !== undefined && (await this.#pushChange(change, timeoutMs))
    const refused = isDone ? [] : await this.#pushWhole(table, timeoutMs)
    if (refused.length === 0) this.#known = known
    return refused
  }

  /** @returns false where the edge wants to have the whole table */
  async #pushChange(change: TableChange, timeoutMs: number): Promise<boolean> {
    const options = { method: 'PATCH', path: '/table', body: change, timeoutMs }
    const reply = await askEdge(this.#socketPath, options)
    // An edge of an older version, which still drains or was put back, does not know this request.
    if (reply.status === 409 || reply.status === 404) return false
    successful(reply)
    return true
  }

  async #pushWhole(table: RouteTable, timeoutMs: number): Promise<RefusedPart[]> {
    const options = { method: 'PUT', path: '/table', body: table, timeoutMs }
    const reply = await askEdge(this.#socketPath, options)
    const { currentVersion } = reply.body as { currentVersion?: number }
    if (reply.status === 409 && currentVersion !== undefined)
      throw new EdgeHasNewerTable(table.version, currentVersion)
    const { refused = [] } = successful(reply) as Partial<TablePush>
    if (refused.length > 0) this.#log.warn({ refused }, 'the edge left out parts of the route table')
    return refused
  }

  async #get(path: string, doing: string): Promise<unknown> {
    return successful(await this.#ask('GET', path, doing))
  }

  async #ask(method: string, path: string, doing: string, body?: unknown): Promise<EdgeReply> {
    try {
      return await askEdge(this.#socketPath, { method, path, ...(body === undefined ? {} : { body }) })
    } catch (error) {
      throw new EdgeUnreachable(doing, { cause: error })
    }
  }
}

function successful({ status, body }: EdgeReply): unknown {
  if (status < 300) return body
  const { message, ...details } = body as { message: string }
  throw new EdgeRefused(message, details)
}

/** The edge is away for a moment: it restarts, is being replaced, or died with our request in its hands. */
function isConnectionError(error: unknown): boolean {
  const { code, name } = error as NodeJS.ErrnoException
  return (
    ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE'].includes(code ?? '') ||
    name === 'AbortError' ||
    name === 'TimeoutError'
  )
}
