import type { Logger } from '@seaworthy/kit'
import type { EdgeEventStream, EdgeReport } from '../edge/edge-event-stream.ts'
import { type Clock, systemClock } from '../store/clock.ts'
import type { DomainRow } from '../store/schema.ts'
import type { CertificateFiles } from './certificate-files.ts'
import type { CertificateJob } from './certificate-job.ts'
import { problemOf } from './domain-settings.ts'
import type { Domains } from './domains.ts'
import { isSeenBeforeAsking } from './retry-plan.ts'

/** Where the edge's calls come from. */
export interface EdgeCalls {
  events(listener: (event: EdgeReport) => void): Pick<EdgeEventStream, 'close'>
}

export interface CertificateCallsOptions {
  domains: Pick<Domains, 'findServed' | 'retryAt'>
  job: Pick<CertificateJob, 'request'>
  files: Pick<CertificateFiles, 'forget'>
  publish(): Promise<void>
  clock?: Pick<Clock, 'now'>
  log: Logger
}

const MINUTE_MS = 60_000
const BEGUN_A_MINUTE = 20

/**
 * What the edge calls for: a certificate for a claimed name that a client asked for, and a file that is broken.
 * On demand, a certificate is only got for a domain that waits for one, and only where no authority refused it: a stranger who
 * asks again and again must not use up what an authority allows.
 */
export class CertificateCalls {
  readonly #options: CertificateCallsOptions
  readonly #clock: Pick<Clock, 'now'>
  #stream: Pick<EdgeEventStream, 'close'> | undefined
  #begun = new Set<string>()
  #since = Number.NEGATIVE_INFINITY

  constructor(options: CertificateCallsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  listen(edge: EdgeCalls): void {
    this.#stream = edge.events(event => void this.answer(event))
  }

  stop(): void {
    this.#stream?.close()
  }

  /** Never rejects. */
  async answer(event: EdgeReport): Promise<void> {
    try {
      if (event.type === 'certificate-missing') await this.#begin(event.host)
      else if (event.type === 'certificate-broken') await this.#mend(event.file)
    } catch (error) {
      this.#options.log.warn({ err: error, call: event.type }, 'a call of the edge could not be answered')
    }
  }

  async #begin(host: string): Promise<void> {
    const { domains, job } = this.#options
    this.#forgetEachMinute()
    if (this.#begun.has(host) || this.#begun.size >= BEGUN_A_MINUTE) return
    const row = await domains.findServed(host)
    if (!row || !waitsForUs(row)) return
    this.#begun.add(host)
    await domains.retryAt(row.id, this.#clock.now())
    await job.request(row)
  }

  /** The database has what belongs into it. */
  async #mend(file: string): Promise<void> {
    if (await this.#options.files.forget(file)) await this.#options.publish()
  }

  #forgetEachMinute(): void {
    const now = this.#clock.now()
    if (now - this.#since < MINUTE_MS) return
    this.#since = now
    this.#begun = new Set()
  }
}

function waitsForUs(row: DomainRow): boolean {
  const problem = problemOf(row)
  return row.retry_at !== null && problem !== undefined && isSeenBeforeAsking(problem.code)
}
