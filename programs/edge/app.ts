import { flushCompileCache } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CachePurge,
  type ChangedTable,
  ChangingTable,
  type EdgeStatus,
  InvalidRouteTable,
  parseCachePurge,
  parseTableChange,
  type RouteTable,
  readRouteTable,
  type TableChange,
  type TablePush,
  type VisitBatch,
} from '@seaworthy/routes'
import { readStickyKey } from './choice/sticky-key.ts'
import type { EdgeConfig } from './config.ts'
import { allowConnectionMigration } from './connection-migration.ts'
import { ControlError } from './control/control-error.ts'
import { ControlServer, type EdgeControls } from './control/control-server.ts'
import { EdgeEvents } from './control/edge-events.ts'
import { TableStore } from './control/table-store.ts'
import { EdgeCounters } from './counters/edge-counters.ts'
import type { EdgeLog } from './edge-log.ts'
import { type EdgeFiles, edgeFiles } from './home.ts'
import { findInternalPort, type InternalPort } from './internal/internal-port.ts'
import { PidFile } from './pid-file.ts'
import { ensurePortIsOurs } from './port-check.ts'
import { EdgeSight } from './sight/edge-sight.ts'
import type { SightReport } from './sight/sight-messages.ts'
import { EdgeTls } from './tls/edge-tls.ts'
import type { WorkerReport } from './workers/worker-messages.ts'
import { WorkerPool } from './workers/worker-pool.ts'

const FOLLOW_TABLE_MS = 200

/** The edge, composed. Life: `start` → serves → `drainAndExit`. */
export class EdgeApp implements EdgeControls {
  readonly #config: EdgeConfig
  readonly #log: EdgeLog
  readonly #files: EdgeFiles
  readonly #counters: EdgeCounters
  readonly #events = new EdgeEvents()
  readonly #tables: TableStore
  readonly #tls: EdgeTls
  readonly #workers: WorkerPool
  readonly #sight: EdgeSight
  readonly #control: ControlServer
  readonly #pidFile: PidFile
  readonly #startedAt = Date.now()
  #tableNow = new ChangingTable({ version: 0, routes: [] })
  /** Pushes are applied one after the other. */
  #lastPush: Promise<unknown> = Promise.resolve()
  #internal: InternalPort | undefined
  #isDraining = false
  #stickyKey = ''
  #isRateStoreAway = false

  constructor({ config, log }: { config: EdgeConfig; log: EdgeLog }) {
    this.#config = config
    this.#log = log
    this.#files = edgeFiles(config.home, process.pid)
    this.#counters = new EdgeCounters({ workers: config.workers })
    this.#tables = new TableStore({ file: this.#files.table, log })
    this.#pidFile = new PidFile({ file: this.#files.pidFile })
    this.#tls = new EdgeTls({
      ...{ config, log },
      controlSocket: this.#files.controlSocket,
      ticketKeysFile: this.#files.ticketKeys,
      onBroken: certificate => this.#events.emit({ type: 'certificate-broken', ...certificate }),
      onTicketKeys: keys => this.#workers.changeTicketKeys(keys),
      onRetry: () => void this.#openHttpsLate(),
    })
    this.#workers = new WorkerPool({
      config,
      sight: () => this.#sight.startOfWorker(),
      counters: this.#counters,
      log,
      internal: () => (this.#internal?.isSeparate ? publicPortOf(this.#internal) : undefined),
      tls: () => this.#tls.everything(),
      onReport: (worker, report) => this.#onReport(worker, report),
      stickyKey: () => this.#stickyKey,
      onWorkerLost: worker => this.#events.workerLost(worker),
    })
    this.#sight = new EdgeSight({
      logDirectory: this.#files.requestLogs,
      visitDirectory: this.#files.visits,
      logSample: config.accessLog.sampleRate,
      countryFile: config.countryFile,
      tellWorkers: command => this.#workers.tell(command),
      log,
    })
    this.#control = new ControlServer({
      controls: this,
      ownPath: this.#files.ownSocket,
      commonPath: this.#files.controlSocket,
    })
  }

  /** Resolves once every worker serves by the table on disk and the control socket answers. */
  async start(): Promise<void> {
    const { host, httpPort, workers } = this.#config
    const { controlSocket } = this.#files
    await ensurePortIsOurs({ host, port: httpPort, setting: 'SEAWORTHY_HTTP_PORT', controlSocket })
    this.#internal = await findInternalPort(this.#config)
    const migrates = allowConnectionMigration()
    this.#stickyKey = readStickyKey(this.#files.stickyKey)
    this.#tableNow = new ChangingTable(await this.#tables.load())
    this.#sight.setTable(this.#table)
    await this.#sight.start()
    await this.#tls.start(this.#table)
    await this.#workers.start(this.#table)
    await this.#control.start()
    this.#control.takeOver()
    this.#pidFile.write()
    flushCompileCache() // it is otherwise written at a regular exit only
    this.#log.info({ httpPort, workers, table: this.#table.version, migrates }, 'edge serves')
  }

  applyTable(value: unknown): Promise<TablePush> {
    return this.#afterLastPush(() => this.#push(value))
  }

  changeTable(value: unknown): Promise<TablePush> {
    return this.#afterLastPush(() => this.#change(value))
  }

  table(): RouteTable {
    return this.#table
  }

  counters(appId: string | undefined) {
    const counters = this.#counters.read(appId)
    return { startedAt: this.#startedAt, counters, unrouted: this.#counters.readUnrouted() }
  }

  purgeCache(value: unknown): Promise<{ purged: number }> {
    return this.#workers.purgeCache(parsePurge(value))
  }

  inFlight(targetId: string): number | undefined {
    return this.#counters.inFlight(targetId)
  }

  tailRequests(...parameters: Parameters<EdgeSight['tail']>): (() => void) | undefined {
    return this.#sight.hasRoomForTail(parameters[0]) ? this.#sight.tail(...parameters) : undefined
  }

  visits(): VisitBatch | undefined {
    return this.#sight.visits()
  }

  forgetVisits(id: string): void {
    this.#sight.forgetVisits(id)
  }

  subscribe(...parameters: Parameters<EdgeEvents['subscribe']>): () => void {
    return this.#events.subscribe(...parameters)
  }

  status(): EdgeStatus {
    const { rss, heapUsed } = process.memoryUsage()
    return {
      pid: process.pid,
      version: process.env.SEAWORTHY_VERSION ?? 'unknown',
      startedAt: this.#startedAt,
      uptimeSeconds: (Date.now() - this.#startedAt) / 1000,
      tableVersion: this.#table.version,
      workers: this.#config.workers,
      httpPort: this.#config.httpPort,
      ...(this.#internal ? { internal: publicPortOf(this.#internal) } : {}),
      httpsPort: this.#config.httpsPort,
      servesHttps: this.#tls.isOpen,
      isDraining: this.#isDraining,
      compiledAtStart: hasCompiledTypeScript(),
      memory: { rssBytes: rss, heapUsedBytes: heapUsed },
    }
  }

  /** Takes no new connections, finishes what it has, exits. A second call exits at once. */
  drainAndExit(): void {
    if (this.#isDraining) process.exit(0)
    this.#isDraining = true
    this.#log.info({ drainMs: this.#config.limits.drainMs }, 'edge drains')
    this.#control.endStreams()
    setInterval(() => void this.#followTableOnDisk(), FOLLOW_TABLE_MS)
    const deadline = sleep(this.#config.limits.drainMs)
    void Promise.race([this.#workers.drain(), deadline]).then(async () => {
      await this.#sight.stop()
      this.#control.stop()
      this.#pidFile.remove()
      this.#log.info({}, 'edge ends')
      process.exit(0)
    })
  }

  async #push(value: unknown): Promise<TablePush> {
    const { table, refused } = readTable(value, this.#table)
    if (refused.length > 0) this.#log.warn({ refused }, 'parts of the route table were left out')
    if (table.version < this.#table.version) {
      const current = this.#table.version
      const message = `The edge works by table ${current} and does not go back to ${table.version}.`
      throw new ControlError(409, 'EDGE_OLDER_TABLE', message, { currentVersion: current })
    }
    await this.#tables.save(table)
    await this.#use(table)
    return { version: table.version, refused }
  }

  async #change(value: unknown): Promise<TablePush> {
    const change = readChange(value, this.#table)
    const before = this.#table
    const { table, removed } = this.#changeTable(change)
    await this.#tables.saveChange(table, change).catch(error => {
      this.#tableNow = new ChangingTable(before)
      throw error
    })
    const tls = await this.#tls.update(table)
    this.#sight.setTable(table)
    const slots = this.#counters.change(change.routes, removed)
    await this.#workers.changeTable(
      { table: { ...table, routes: change.routes }, slots, tls },
      change.gone,
      table,
    )
    return { version: table.version, refused: [] }
  }

  #changeTable(change: TableChange): ChangedTable {
    try {
      return this.#tableNow.change(change)
    } catch (error) {
      if (error instanceof InvalidRouteTable) throw wantsWholeTable(this.#table)
      throw error
    }
  }

  get #table(): RouteTable {
    return this.#tableNow.table
  }

  #afterLastPush<T>(push: () => Promise<T>): Promise<T> {
    const done = this.#lastPush.then(push)
    this.#lastPush = done.catch(() => undefined)
    return done
  }

  /** Pushes go to the edge that took over, which keeps them on disk: what we still hold follows from there. */
  async #followTableOnDisk(): Promise<void> {
    const table = await this.#tables.load()
    if (table.version > this.#table.version) await this.#use(table)
  }

  async #use(table: RouteTable): Promise<void> {
    const tls = await this.#tls.update(table)
    if (table !== this.#table) this.#tableNow = new ChangingTable(table)
    this.#sight.setTable(table)
    await this.#workers.applyTable({ table, slots: this.#counters.assign(table), tls })
  }

  /** The table wants HTTPS and its port was taken so far. */
  #openHttpsLate(): Promise<void> {
    return this.#afterLastPush(() => this.#use(this.#table))
  }

  /** Each worker tells; it is logged once. */
  #onRateStore(isAway: boolean): void {
    if (isAway === this.#isRateStoreAway) return
    this.#isRateStoreAway = isAway
    if (isAway) this.#log.warn({}, 'redis is away: requests a minute are counted by this edge alone')
    else this.#log.info({}, 'redis is back: requests a minute are counted with the other edges')
  }

  #onReport(worker: number, report: WorkerReport): void {
    const events = this.#events
    if (report.kind === 'wake-wanted') events.wakeWanted(report.appId, worker)
    else if (report.kind === 'wake-settled') events.wakeSettled(report.appId, worker)
    else if (report.kind === 'canary-failed') {
      const { appId, release, reason } = report
      events.emit({ type: 'canary-failed', appId, release, reason })
    } else if (report.kind === 'certificate-missing')
      events.emit({ type: 'certificate-missing', host: report.host })
    else if (report.kind === 'rate-store') this.#onRateStore(report.isAway)
    else if (report.kind === 'problem') this.#log.error({ worker, problem: report.fields }, report.message)
    else if (report.kind === 'target-failed') {
      const { appId, targetId, reason } = report
      events.emit({ type: 'target-failed', appId, targetId, reason })
    } else if (isSightReport(report)) this.#sight.onReport(report)
  }
}

function isSightReport(report: WorkerReport): report is SightReport {
  return (
    report.kind === 'request-log-grown' || report.kind === 'requests-seen' || report.kind === 'visits-seen'
  )
}

function parsePurge(value: unknown): CachePurge {
  try {
    return parseCachePurge(value)
  } catch (error) {
    if (!(error instanceof InvalidRouteTable)) throw error
    const message = `This says not which answers to forget: ${error.path} is wrong.`
    throw new ControlError(422, 'EDGE_INVALID_PURGE', message, { path: error.path })
  }
}

function publicPortOf({ address, port }: InternalPort): { host: string; port: number } {
  return { host: address, port }
}

/** A wrong part costs itself only, and keeps the form that it had before. */
function readTable(value: unknown, previous: RouteTable): ReturnType<typeof readRouteTable> {
  try {
    return readRouteTable(value, previous)
  } catch (error) {
    if (!(error instanceof InvalidRouteTable)) throw error
    throw new ControlError(422, 'EDGE_INVALID_TABLE', error.message, { path: error.path })
  }
}

function readChange(value: unknown, table: RouteTable): TableChange {
  try {
    const change = parseTableChange(value)
    if (change.base === table.version && change.version > table.version) return change
  } catch (error) {
    if (!(error instanceof InvalidRouteTable)) throw error
  }
  throw wantsWholeTable(table)
}

/** Where anything is wrong with a change: only in a whole table can single parts be left out. */
function wantsWholeTable({ version }: RouteTable): ControlError {
  const message = `The edge works by table ${version}, to which this is no change that it can use.`
  return new ControlError(409, 'EDGE_WANTS_WHOLE_TABLE', message)
}

/** Whether this process had to strip types itself, instead of finding the result in Node's compile cache. */
function hasCompiledTypeScript(): boolean {
  const { moduleLoadList } = process as unknown as { moduleLoadList: string[] }
  return moduleLoadList.some(name => name.includes('amaro'))
}
