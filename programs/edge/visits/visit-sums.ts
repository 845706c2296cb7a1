import type { AppVisits, NamedCount } from '@seaworthy/routes'
import { CappedCounts } from './capped-counts.ts'

const LISTS = ['pages', 'referrers', 'devices', 'browsers', 'countries'] as const
const SUMS = ['views', 'visits', 'bots', 'unfollowed'] as const
/** Names in one list of one app and hour. */
const MAX_NAMES = { pages: 500, referrers: 200, devices: 20, browsers: 20, countries: 250 }
/** Names of all apps and hours together, some 5 MB: then new ones count as others. */
const MAX_NAMES_IN_ALL = 60_000

type Lists = Record<(typeof LISTS)[number], CappedCounts>
type Sums = Pick<AppVisits, (typeof SUMS)[number]>
type Entry = Pick<AppVisits, 'appId' | 'hourAt'> & Sums & Lists

/** Visits by app and hour, added up; bounded however many come and however long nobody fetches them. */
export class VisitSums {
  readonly #entries = new Map<string, Entry>()
  #names = 0

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  add(visits: AppVisits): void {
    const entry = this.#entryOf(visits)
    for (const sum of SUMS) entry[sum] += visits[sum]
    for (const list of LISTS) this.#addList(entry[list], visits[list])
  }

  list(): AppVisits[] {
    return [...this.#entries.values()].map(entry => ({
      ...entry,
      pages: entry.pages.list(),
      referrers: entry.referrers.list(),
      devices: entry.devices.list(),
      browsers: entry.browsers.list(),
      countries: entry.countries.list(),
    }))
  }

  #addList(counts: CappedCounts, named: readonly NamedCount[]): void {
    for (const [name, count] of named) {
      const before = counts.names
      counts.add(name, count, this.#names < MAX_NAMES_IN_ALL)
      this.#names += counts.names - before
    }
  }

  #entryOf({ appId, hourAt }: AppVisits): Entry {
    const key = `${appId} ${hourAt}`
    const known = this.#entries.get(key)
    if (known) return known
    const lists = Object.fromEntries(LISTS.map(list => [list, new CappedCounts(MAX_NAMES[list])])) as Lists
    const entry: Entry = { appId, hourAt, views: 0, visits: 0, bots: 0, unfollowed: 0, ...lists }
    this.#entries.set(key, entry)
    return entry
  }
}
