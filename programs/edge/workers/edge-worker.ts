import type { Logger } from '@seaworthy/kit'
import { EdgeCache } from '../cache/edge-cache.ts'
import { EncoderPlaces } from '../content/encoders.ts'
import { WorkerCounters } from '../counters/worker-counters.ts'
import { createGateKeeping } from '../gates/create-gate-keeping.ts'
import { ActiveRoutes } from '../proxy/active-routes.ts'
import { ChunkPool } from '../proxy/chunk-pool.ts'
import { Deadlines } from '../proxy/deadlines.ts'
import { Dispatcher } from '../proxy/dispatcher.ts'
import { HeldRequests, untilAwake } from '../proxy/held-requests.ts'
import type { WorkerContext } from '../proxy/worker-context.ts'
import { WorkerSight } from '../sight/worker-sight.ts'
import { createStaticHandler } from '../static/static-handler.ts'
import { HttpListener } from './http-listener.ts'
import { HttpsSwitch } from './https-switch.ts'
import { createRequestIds } from './request-ids.ts'
import type { TableUpdate, WorkerCommand, WorkerReport, WorkerStart } from './worker-messages.ts'

export interface EdgeWorkerOptions {
  start: WorkerStart
  report(report: WorkerReport): void
}

/** Keep-alive clients get this long to hear `Connection: close` before an idle connection is closed under them. */
const IDLE_GRACE_MS = 1_000

/** For each worker: at up to 0.9 MB each they take 60 MB at the very most. What comes on top goes out as it is. */
const ENCODERS_AT_A_TIME = 64

/** One thread of the edge, composed: a listener, a dispatcher, and what they share. */
export class EdgeWorker {
  readonly #report: (report: WorkerReport) => void
  readonly #context: WorkerContext
  readonly #sight: WorkerSight
  readonly #listeners: HttpListener[]
  readonly #https: HttpsSwitch
  readonly #firstTable: TableUpdate

  constructor({ start, report }: EdgeWorkerOptions) {
    const { index, memory, limits, sight, host, httpPort, httpsPort, tables } = start
    this.#report = report
    this.#firstTable = tables
    const routes = new ActiveRoutes({ stickyKey: start.stickyKey })
    const counters = new WorkerCounters({ memory, worker: index })
    const deadlines = new Deadlines({ onTick: now => routes.sweepIdle(now) })
    this.#sight = new WorkerSight({ start: sight, report })
    this.#context = {
      limits,
      routes,
      counters,
      gates: createGateKeeping({
        memory: memory.limits,
        worker: index,
        limits,
        deadlines,
        redisUrl: start.redisUrl,
        report,
      }),
      encoders: new EncoderPlaces({ places: ENCODERS_AT_A_TIME }),
      chunks: new ChunkPool(),
      cache: new EdgeCache({
        maxBytes: start.cacheBytes,
        deadlines,
        onInvalidated: selector => report({ kind: 'cache-invalidated', selector }),
      }),
      books: { counters, accessLog: this.#sight.accessLog, visits: this.#sight.visits },
      deadlines,
      held: new HeldRequests({
        deadlines,
        maxPerApp: limits.maxHeldPerApp,
        reason: untilAwake(report),
      }),
      isDraining: false,
      report,
      random: Math.random,
    }
    const shared = {
      context: this.#context,
      staticFiles: createStaticHandler({ log: problemLog(report) }),
      httpsPort,
      requestIds: createRequestIds(),
    }
    const dispatcher = new Dispatcher({ ...shared, scheme: 'http', port: httpPort })
    const ports = start.internal ? [{ host, port: httpPort }, start.internal] : [{ host, port: httpPort }]
    this.#listeners = ports.map(port => new HttpListener({ ...port, limits, dispatcher }))
    this.#https = new HttpsSwitch({ start, deadlines, dispatching: shared, report })
  }

  /** Serves from now on, by the table it was started with. */
  async start(): Promise<void> {
    this.#context.routes.apply(this.#firstTable)
    await this.#sight.start().catch(error => {
      const fields = JSON.stringify({ error: (error as Error).message })
      this.#report({ kind: 'problem', message: 'countries of visits are not counted', fields })
    })
    await Promise.all(this.#listeners.map(listener => listener.listen()))
    await this.#https.update(this.#firstTable)
    this.#report({ kind: 'listening' })
  }

  obey(command: WorkerCommand): void {
    if (command.kind === 'apply-table') this.#applyTable(command.update)
    else if (command.kind === 'change-table') this.#changeTable(command)
    else if (command.kind === 'purge-cache') this.#purgeCache(command)
    else if (command.kind === 'ticket-keys') this.#https.changeTicketKeys(command.keys)
    else if (command.kind === 'drain') void this.#drain()
    else this.#sight.obey(command)
  }

  #applyTable(update: TableUpdate): void {
    this.#context.routes.apply(update)
    this.#useRoutes(update)
  }

  #changeTable({ update, gone }: Extract<WorkerCommand, { kind: 'change-table' }>): void {
    this.#context.routes.change(update, gone)
    this.#useRoutes(update)
  }

  #useRoutes(update: TableUpdate): void {
    const { routes, held, gates, cache } = this.#context
    cache.keepOnly(routes.cacheScopes)
    held.resume(routes)
    gates.maintained.resume(routes)
    const done = () => this.#report({ kind: 'table-applied', version: update.table.version })
    if (update.tls) void this.#https.update(update).then(done)
    else done()
  }

  #purgeCache({ id, selector }: Extract<WorkerCommand, { kind: 'purge-cache' }>): void {
    const purged = this.#context.cache.purge(selector)
    this.#report({ kind: 'cache-purged', id, purged })
  }

  /** Takes no new connections, finishes what it has, and says so. */
  async #drain(): Promise<void> {
    if (this.#context.isDraining) return
    this.#context.isDraining = true
    const listeners = [...this.#listeners, this.#https]
    const gone = Promise.all(listeners.map(listener => listener.stopListening()))
    const closing = setInterval(() => {
      for (const listener of listeners) listener.closeIdle()
    }, IDLE_GRACE_MS)
    await gone
    clearInterval(closing)
    this.#context.routes.close()
    this.#sight.close()
    this.#report({ kind: 'drained' })
  }
}

/** A worker has no log of its own: what goes wrong is reported to the main thread, which has one. */
function problemLog(report: (report: WorkerReport) => void): Logger {
  const error = (fields: object, message: string) => {
    report({ kind: 'problem', message, fields: JSON.stringify(fields, errorsAsText) })
  }
  return { error } as unknown as Logger
}

function errorsAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.message : value
}
