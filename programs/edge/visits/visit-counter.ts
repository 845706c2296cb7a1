import { hash } from 'node:crypto'
import type { ActiveRoute } from '../proxy/active-routes.ts'
import type { RequestRecord } from '../proxy/request-record.ts'
import { CappedCounts } from './capped-counts.ts'
import { ClientKinds } from './client-kind.ts'
import { asksForPrivacy, countedPath, isPageView, referrerHost } from './page-view.ts'
import type { AppViews } from './visit-messages.ts'

export interface VisitCounterOptions {
  /** Random, and another one each day: without it nobody can tell whose hash this is, and from tomorrow on not even we. */
  salt: string
  /** ISO 3166-1 alpha-2; undefined without a database of addresses. */
  countryOf: ((ip: string) => string | undefined) | undefined
  tell(views: AppViews[]): void
}

const TELL_EVERY_MS = 10_000
const HOUR_MS = 3_600_000
/** Between two tellings, of one app. */
const MAX_PAGES = 200
const MAX_REFERRERS = 100
const MAX_KINDS = 20
const MAX_COUNTRIES = 250
const MAX_VISITORS = 2_000
/** Between two tellings, of all apps together: then new names count as others. */
const MAX_NAMES = 10_000

/**
 * Page views in one worker, counted without cookies. A visitor is a hash of the day's salt, address and browser; the
 * address itself goes no further than this object. What is gathered leaves every ten seconds.
 */
export class VisitCounter {
  readonly #options: VisitCounterOptions
  readonly #kinds = new ClientKinds()
  #apps = new Map<string, Gathered>()
  #names = 0
  #salt: string
  #timer: NodeJS.Timeout | undefined

  constructor(options: VisitCounterOptions) {
    this.#options = options
    this.#salt = options.salt
  }

  /** A new day began. */
  setSalt(salt: string): void {
    this.tellNow()
    this.#salt = salt
  }

  see(record: RequestRecord): void {
    const { route } = record
    if (route?.observation.visits && isPageView(record)) this.#count(record, route)
  }

  /** Also at the end, so that nothing is lost. */
  tellNow(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const views = [...this.#apps.values()].map(told)
    this.#apps = new Map()
    this.#names = 0
    if (views.length > 0) this.#options.tell(views)
  }

  #count(record: RequestRecord, { appId }: ActiveRoute): void {
    this.#timer ??= setTimeout(() => this.tellNow(), TELL_EVERY_MS).unref()
    const gathered = this.#gathered(appId)
    const kind = this.#kinds.of(record.headers['user-agent'])
    if (kind.isBot) {
      gathered.bots++
      return
    }
    gathered.views++
    this.#add(gathered.pages, countedPath(record.url))
    if (asksForPrivacy(record.headers)) gathered.unfollowed++
    else this.#follow(record, gathered, appId)
  }

  #follow(record: RequestRecord, gathered: Gathered, appId: string): void {
    const { ip, headers } = record
    const { device, browser } = this.#kinds.of(headers['user-agent'])
    this.#add(gathered.devices, device)
    this.#add(gathered.browsers, browser)
    const referrer = referrerHost(headers.referer, record.host)
    if (referrer !== undefined) this.#add(gathered.referrers, referrer)
    const country = this.#options.countryOf?.(ip)
    if (country !== undefined) this.#add(gathered.countries, country)
    if (gathered.visitors.size < MAX_VISITORS)
      gathered.visitors.add(visitorHash([this.#salt, appId, ip, headers['user-agent'] ?? '']))
  }

  #add(counts: CappedCounts, name: string): void {
    const before = counts.names
    counts.add(name, 1, this.#names < MAX_NAMES)
    this.#names += counts.names - before
  }

  #gathered(appId: string): Gathered {
    const hourAt = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
    const key = `${appId} ${hourAt}`
    let gathered = this.#apps.get(key)
    if (!gathered) {
      gathered = nothingGathered(appId, hourAt)
      this.#apps.set(key, gathered)
    }
    return gathered
  }
}

interface Gathered {
  appId: string
  hourAt: number
  views: number
  bots: number
  unfollowed: number
  pages: CappedCounts
  referrers: CappedCounts
  devices: CappedCounts
  browsers: CappedCounts
  countries: CappedCounts
  visitors: Set<number>
}

function nothingGathered(appId: string, hourAt: number): Gathered {
  return {
    ...{ appId, hourAt, views: 0, bots: 0, unfollowed: 0 },
    pages: new CappedCounts(MAX_PAGES),
    referrers: new CappedCounts(MAX_REFERRERS),
    devices: new CappedCounts(MAX_KINDS),
    browsers: new CappedCounts(MAX_KINDS),
    countries: new CappedCounts(MAX_COUNTRIES),
    visitors: new Set(),
  }
}

function told({ pages, referrers, devices, browsers, countries, visitors, ...sums }: Gathered): AppViews {
  return {
    ...sums,
    pages: pages.list(),
    referrers: referrers.list(),
    devices: devices.list(),
    browsers: browsers.list(),
    countries: countries.list(),
    visitors: [...visitors],
  }
}

/** The first 52 bits of a SHA-256. The app is in it, so that nobody can be followed from one app to the next. */
function visitorHash(parts: readonly string[]): number {
  return Number.parseInt(hash('sha256', parts.join('\n'), 'hex').slice(0, 13), 16)
}
