import { DEFAULT_OBSERVATION, type Observation } from '@seaworthy/routes'
import type { ActiveRoute } from '../proxy/active-routes.ts'
import type { RequestRecord } from '../proxy/request-record.ts'
import { appFields, requestLineText } from './request-line-text.ts'
import { type RequestLogFiles, UNROUTED } from './request-log-files.ts'
import type { RequestTaps } from './request-taps.ts'
import type { RouteSight } from './route-sight.ts'

export interface AccessLogOptions {
  files: RequestLogFiles
  taps: RequestTaps
  /** 0: this edge writes no request log at all, whatever the table says; 1: as the table says. */
  sampleRate: number
}

/** An app's lines are in this many files at most, so that the oldest part of them can go. */
export const FILES_PER_APP = 4
/** For what no app was asked for. */
const UNROUTED_BYTES = 16 * 1024 * 1024

/**
 * One JSON line for each request (or for a sample): time, request id, who asked for what, and what became of it. Of
 * the headers only user agent and referrer. A live tail gets its lines from here too, whether they are written or not.
 */
export class AccessLog {
  readonly #options: AccessLogOptions
  #unrouted: RouteSight | undefined
  #second = 0
  #secondText = ''

  constructor(options: AccessLogOptions) {
    this.#options = options
  }

  write(record: RequestRecord): void {
    const { route } = record
    const sight = route ? (route.sight ?? this.#sightOf(route)) : this.#unroutedSight()
    const { taps } = this.#options
    if (taps.isIdle && sight.file === undefined) return
    const ms = performance.now() - record.startedAt
    if (!taps.isIdle && taps.wants(record, ms)) taps.offer(record, ms, this.#line(record, sight, ms))
    if (sight.file === undefined || this.#isLeftOut(record, sight)) return
    sight.file.append(`${this.#line(record, sight, ms)}\n`)
  }

  /** Failures are always written: they are what a log is searched for. */
  #isLeftOut({ status }: RequestRecord, { observation: { logSample } }: RouteSight): boolean {
    return logSample < 1 && status < 500 && Math.random() >= logSample
  }

  #line(record: RequestRecord, { appFields, observation }: RouteSight, ms: number): string {
    const { logAddresses: addresses, logQueries: queries } = observation
    return requestLineText(record, { time: this.#time(), ms, appFields, addresses, queries })
  }

  #sightOf(route: ActiveRoute): RouteSight {
    const { observation } = route
    const maxBytes = Math.floor(observation.logMaxBytes / FILES_PER_APP)
    const file = this.#file(route.appId, observation, maxBytes)
    route.sight = { file, observation, appFields: appFields(route) }
    return route.sight
  }

  #unroutedSight(): RouteSight {
    const observation = { ...DEFAULT_OBSERVATION, visits: false }
    const file = this.#unrouted?.file ?? this.#file(UNROUTED, observation, UNROUTED_BYTES / FILES_PER_APP)
    this.#unrouted ??= { file, observation, appFields: '' }
    return this.#unrouted
  }

  #file(appId: string, { logSample }: Observation, maxBytes: number): RouteSight['file'] {
    const { files, sampleRate } = this.#options
    // Without a sample there are still the failures; only an edge that is told to writes nothing.
    return sampleRate === 0 || logSample === 0 ? undefined : files.fileOf(appId, maxBytes)
  }

  /** ISO 8601 in UTC; the part down to the second is made once a second. */
  #time(): string {
    const now = Date.now()
    const second = Math.floor(now / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#secondText = new Date(second * 1000).toISOString().slice(0, 20)
    }
    const ms = now - second * 1000
    return `${this.#secondText}${ms < 10 ? '00' : ms < 100 ? '0' : ''}${ms}Z`
  }
}
