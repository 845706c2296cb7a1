import { AccessLog } from '../access-log/access-log.ts'
import { RequestLogFiles } from '../access-log/request-log-files.ts'
import { RequestTaps } from '../access-log/request-taps.ts'
import { type CountryOf, createCountryOf } from '../visits/countries.ts'
import { VisitCounter } from '../visits/visit-counter.ts'
import type { SightCommand, SightReport, SightStart } from './sight-messages.ts'

/** What one worker keeps of the requests that it serves: the request log, live tails, visits. */
export class WorkerSight {
  readonly #files: RequestLogFiles
  readonly #taps: RequestTaps
  readonly accessLog: AccessLog
  readonly visits: VisitCounter
  readonly #countries: SharedArrayBuffer | undefined
  #countryOf: CountryOf | undefined

  constructor({ start, report }: { start: SightStart; report: (report: SightReport) => void }) {
    this.#files = new RequestLogFiles({
      directory: start.logDirectory,
      onGrown: folder => report({ kind: 'request-log-grown', folder }),
    })
    this.#taps = new RequestTaps({ tell: requests => report({ kind: 'requests-seen', requests }) })
    this.#taps.set(start.taps)
    this.accessLog = new AccessLog({ files: this.#files, taps: this.#taps, sampleRate: start.logSample })
    this.#countries = start.countries
    this.visits = new VisitCounter({
      salt: start.salt,
      countryOf: ip => this.#countryOf?.(ip),
      tell: views => report({ kind: 'visits-seen', views }),
    })
  }

  /** Rejects when the database of addresses is none. */
  async start(): Promise<void> {
    if (this.#countries) this.#countryOf = await createCountryOf(this.#countries)
  }

  obey(command: SightCommand): void {
    if (command.kind === 'reopen-request-log') this.#files.reopen(command.folder)
    else if (command.kind === 'set-visit-salt') this.visits.setSalt(command.salt)
    else this.#setTaps(command)
  }

  /** Writes and tells what is left. */
  close(): void {
    this.visits.tellNow()
    this.#files.close()
  }

  /** Who begins to read along reads what was before from the file, so that must be there. */
  #setTaps({ taps }: Extract<SightCommand, { kind: 'set-taps' }>): void {
    this.#taps.set(taps)
    for (const { appId } of taps) this.#files.flush(appId)
  }
}
