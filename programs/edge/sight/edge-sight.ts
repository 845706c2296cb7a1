import type { RequestFilter, RouteTable, VisitBatch } from '@seaworthy/routes'
import { RequestLogKeeper } from '../access-log/request-log-keeper.ts'
import { RequestTails, type TailReader } from '../control/request-tails.ts'
import type { EdgeLog } from '../edge-log.ts'
import { readCountryFile } from '../visits/countries.ts'
import { VisitBook } from '../visits/visit-book.ts'
import type { SightCommand, SightReport, SightStart } from './sight-messages.ts'

export interface EdgeSightOptions {
  logDirectory: string
  visitDirectory: string
  /** 0: no request log at all. */
  logSample: number
  /** A MaxMind DB file; undefined without one. */
  countryFile: string | undefined
  tellWorkers(command: SightCommand): void
  log: EdgeLog
}

/** What the main thread does with what the workers see: keeps the logs small, passes on live tails, adds up visits. */
export class EdgeSight {
  readonly #options: EdgeSightOptions
  readonly #keeper: RequestLogKeeper
  readonly #tails: RequestTails
  readonly #visits: VisitBook
  #countries: SharedArrayBuffer | undefined

  constructor(options: EdgeSightOptions) {
    const { logDirectory, visitDirectory, tellWorkers, log } = options
    this.#options = options
    this.#keeper = new RequestLogKeeper({
      directory: logDirectory,
      reopen: folder => tellWorkers({ kind: 'reopen-request-log', folder }),
      log,
    })
    this.#tails = new RequestTails({ announce: taps => tellWorkers({ kind: 'set-taps', taps }) })
    this.#visits = new VisitBook({
      directory: visitDirectory,
      announceSalt: salt => tellWorkers({ kind: 'set-visit-salt', salt }),
      log,
    })
  }

  /** Before the first worker starts. */
  async start(): Promise<void> {
    this.#countries = this.#readCountries()
    await this.#visits.start()
    this.#keeper.start()
  }

  /** After the last worker ended. */
  async stop(): Promise<void> {
    this.#keeper.stop()
    await this.#visits.stop()
  }

  /** What a worker is started with. */
  startOfWorker(): SightStart {
    const { logDirectory, logSample } = this.#options
    const taps = this.#tails.taps()
    return { logDirectory, logSample, taps, salt: this.#visits.salt, countries: this.#countries }
  }

  setTable(table: RouteTable): void {
    this.#keeper.setTable(table)
  }

  onReport(report: SightReport): void {
    if (report.kind === 'request-log-grown') this.#keeper.grown(report.folder)
    else if (report.kind === 'requests-seen') this.#tails.seen(report.requests)
    else this.#visits.add(report.views)
  }

  hasRoomForTail(appId: string): boolean {
    return !this.#tails.isFullFor(appId)
  }

  /** @returns a function that ends it */
  tail(appId: string, filter: RequestFilter, reader: TailReader): () => void {
    return this.#tails.open(appId, filter, reader)
  }

  visits(): VisitBatch | undefined {
    return this.#visits.batch()
  }

  forgetVisits(id: string): void {
    this.#visits.forget(id)
  }

  /** Serving goes on without countries. */
  #readCountries(): SharedArrayBuffer | undefined {
    const { countryFile, log } = this.#options
    if (countryFile === undefined) return undefined
    try {
      return readCountryFile(countryFile)
    } catch (error) {
      log.error(
        { file: countryFile, error: (error as Error).message },
        'the database of addresses cannot be read',
      )
      return undefined
    }
  }
}
