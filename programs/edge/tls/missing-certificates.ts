import type { RouteTable } from '@seaworthy/routes'

export interface MissingCertificatesOptions {
  /** @param host as the table has it: the name, or the wildcard above it */
  report(host: string): void
  /** Milliseconds from anywhere. */
  now?: () => number
}

const FORGET_MS = 60_000
/** Names that are looked for in a table of thousands: strangers ask for whatever they like. */
const LOOKS_A_MINUTE = 60

/**
 * Clients that ask by TLS for a name which an app has and no certificate is there for. Told at most once a minute for each
 * host; names that no app has are never told.
 */
export class MissingCertificates {
  readonly #report: (host: string) => void
  readonly #now: () => number
  #table: RouteTable = { version: 0, routes: [] }
  #told = new Set<string>()
  #looks = 0
  #since = Number.NEGATIVE_INFINITY

  constructor({ report, now = () => performance.now() }: MissingCertificatesOptions) {
    this.#report = report
    this.#now = now
  }

  update(table: RouteTable): void {
    this.#table = table
  }

  /** For a handshake that found none. */
  note(serverName: string): void {
    this.#forgetEachMinute()
    if (++this.#looks > LOOKS_A_MINUTE) return
    const host = this.#claimed(serverName.toLowerCase())
    if (host === undefined || this.#told.has(host)) return
    this.#told.add(host)
    this.#report(host)
  }

  #claimed(name: string): string | undefined {
    const wildcard = `*${name.slice(name.indexOf('.'))}`
    const has = (host: string) => this.#table.routes.some(({ hosts }) => hosts.includes(host))
    return [name, wildcard].find(has)
  }

  #forgetEachMinute(): void {
    const now = this.#now()
    if (now - this.#since < FORGET_MS) return
    this.#since = now
    this.#looks = 0
    this.#told = new Set()
  }
}
