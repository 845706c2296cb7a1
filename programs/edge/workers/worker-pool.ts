import type { CachePurge, RouteTable } from '@seaworthy/routes'
import { CachePurges } from '../cache/cache-purges.ts'
import type { EdgeConfig } from '../config.ts'
import type { EdgeCounters } from '../counters/edge-counters.ts'
import type { EdgeLog } from '../edge-log.ts'
import type { SightCommand, SightStart } from '../sight/sight-messages.ts'
import type { TlsUpdate } from '../tls/edge-tls.ts'
import type { TicketKey } from '../tls/ticket-keys.ts'
import type { PublicPort } from './public-port.ts'
import { type ServingThread, serveInMainThread, startWorkerThread } from './serving-thread.ts'
import type { TableUpdate, WorkerCommand, WorkerReport, WorkerStart } from './worker-messages.ts'

export interface WorkerPoolOptions {
  config: EdgeConfig
  /** What a worker needs to write down what it sees. */
  sight: () => SightStart
  counters: EdgeCounters
  log: EdgeLog
  /** All that a worker which starts now needs for HTTPS. */
  tls(): TlsUpdate | undefined
  /** Where internal names are answered on a socket of its own. */
  internal(): PublicPort | undefined
  onReport(worker: number, report: WorkerReport): void
  /** Names instances in cookies. */
  stickyKey(): string
  /** All that waited in this worker is lost. */
  onWorkerLost(worker: number): void
}

interface Member {
  thread: ServingThread
  appliedVersion: number
  isListening: boolean
}

const RESTART_DELAY_MS = 100

/** The threads that serve, the main thread first: keeps them running, and tells when all of them work by a table. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions
  readonly #members: (Member | undefined)[]
  readonly #waiting = new Set<() => void>()
  readonly #purges = new CachePurges()
  /** For workers that start. */
  #table: RouteTable = { version: 0, routes: [] }
  #stopping = false
  #drained = 0

  constructor(options: WorkerPoolOptions) {
    this.#options = options
    this.#members = new Array(options.config.workers).fill(undefined)
  }

  /** Resolves once every worker listens. Rejects when one cannot. */
  async start(table: RouteTable): Promise<void> {
    this.#table = table
    const started = this.#members.map((_, index) => this.#startWorker(index))
    await Promise.all(started)
  }

  /** Resolves once every worker routes by `update`; one that is being restarted starts with it. */
  applyTable(update: TableUpdate): Promise<void> {
    this.#table = update.table
    this.#tellAll({ kind: 'apply-table', update })
    return this.#until(() => this.#isEverywhere(update.table.version))
  }

  /**
   * The same where little is new: workers that run are told that alone.
   * @param update with the new routes, and what is needed to count for them
   * @param whole the table with the change, for workers that start later
   */
  changeTable(update: TableUpdate, gone: readonly string[], whole: RouteTable): Promise<void> {
    this.#table = whole
    this.#tellAll({ kind: 'change-table', update, gone })
    return this.#until(() => this.#isEverywhere(whole.version))
  }

  /** Tells every worker that runs; one that starts later gets what it needs by `sight`. */
  tell(command: SightCommand): void {
    this.#tellAll(command)
  }

  /** Resolves once every worker forgot what is meant. */
  purgeCache(selector: CachePurge): Promise<{ purged: number }> {
    return this.#purges.purge(selector, command => {
      this.#tellAll(command)
      return [...this.#members.keys()].filter(index => this.#members[index] !== undefined)
    })
  }

  /** The same for the keys of TLS sessions; one that starts later has them from `tls`. */
  changeTicketKeys(keys: readonly TicketKey[]): void {
    this.#tellAll({ kind: 'ticket-keys', keys })
  }

  /** Workers take no new connections. Resolves once the last request and connection ended. */
  drain(): Promise<void> {
    this.#stopping = true
    this.#tellAll({ kind: 'drain' })
    return this.#until(() => this.#drained >= this.#members.filter(Boolean).length)
  }

  #isEverywhere(version: number): boolean {
    return this.#members.every(member => member?.isListening && member.appliedVersion >= version)
  }

  #startWorker(index: number): Promise<void> {
    const start = this.#startData(index)
    const run = index === 0 ? serveInMainThread : startWorkerThread
    return new Promise((resolve, reject) => {
      const member: Member = {
        appliedVersion: start.tables.table.version,
        isListening: false,
        thread: run(start, {
          onReport: report => {
            this.#onReport(index, member, report)
            if (report.kind === 'listening') resolve()
          },
          onFailed: error => {
            this.#options.log.error(
              { worker: index, error: String(error.stack ?? error) },
              'an edge worker failed',
            )
            reject(error)
          },
          onExit: () => this.#onExit(index, member),
        }),
      }
      this.#members[index] = member
    })
  }

  #startData(index: number): WorkerStart {
    const { config, counters, sight, tls } = this.#options
    const { host, httpPort, httpsPort, tlsMinVersion, limits } = config
    return {
      ...{ index, host, httpPort, httpsPort, tlsMinVersion, limits },
      internal: this.#options.internal(),
      sight: sight(),
      stickyKey: this.#options.stickyKey(),
      redisUrl: config.redisUrl,
      memory: counters.memory,
      cacheBytes: Math.floor(config.cacheBytes / config.workers),
      tables: { table: this.#table, slots: counters.assign(this.#table), tls: tls() },
    }
  }

  #onReport(index: number, member: Member, report: WorkerReport): void {
    if (report.kind === 'listening') member.isListening = true
    else if (report.kind === 'table-applied') member.appliedVersion = report.version
    else if (report.kind === 'drained') this.#drained++
    else if (report.kind === 'cache-purged') this.#purges.onPurged(index, report)
    else if (report.kind === 'cache-invalidated') void this.purgeCache(report.selector)
    else this.#options.onReport(index, report)
    this.#checkWaiting()
  }

  /** A worker that dies takes its own requests with it; the others serve on while a new one starts. */
  #onExit(index: number, member: Member): void {
    if (this.#members[index] !== member) return
    this.#members[index] = undefined
    this.#options.counters.forgetInFlight(index)
    this.#options.onWorkerLost(index)
    this.#purges.onWorkerLost(index)
    this.#checkWaiting()
    if (this.#stopping || !member.isListening) return
    setTimeout(() => this.#restart(index), RESTART_DELAY_MS)
  }

  #restart(index: number): void {
    if (this.#stopping) return
    this.#startWorker(index).catch(() => setTimeout(() => this.#restart(index), RESTART_DELAY_MS * 10))
  }

  #tellAll(command: WorkerCommand): void {
    for (const member of this.#members) member?.thread.send(command)
  }

  #until(condition: () => boolean): Promise<void> {
    return new Promise(resolve => {
      const check = () => {
        if (!condition()) return
        this.#waiting.delete(check)
        resolve()
      }
      this.#waiting.add(check)
      check()
    })
  }

  #checkWaiting(): void {
    for (const check of [...this.#waiting]) check()
  }
}
