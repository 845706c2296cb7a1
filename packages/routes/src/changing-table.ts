import { InvalidRouteTable } from './field-checks.ts'
import type { Route, RouteTable, Target } from './route-table.ts'
import { routeKey, type TableChange } from './table-change.ts'
import { allTargets } from './table-validation.ts'

/** A table with one change made. */
export interface ChangedTable {
  table: RouteTable
  /** Routes of the table before that are not in this one, or in another form. */
  removed: Route[]
}

/** A table that changes in a time that does not grow with it: what its routes claim is looked up, not gone through. */
export class ChangingTable {
  #table: RouteTable
  #index: TableIndex | undefined

  /** @param table whose parts go together, as `parseRouteTable` sees to */
  constructor(table: RouteTable) {
    this.#table = table
  }

  get table(): RouteTable {
    return this.#table
  }

  /**
   * The present table is as it was where this throws.
   * @throws {InvalidRouteTable} where the table would hold a host and prefix, or a target's id, for two things
   */
  change(change: TableChange): ChangedTable {
    const index = this.#index ?? new TableIndex(this.#table.routes)
    this.#index = undefined // only a change that goes well leaves it right
    const { routes, removed } = replaceRoutes(this.#table.routes, index, change)
    const { version, certificates, challenges } = change
    const { observe } = this.#table
    this.#table = {
      ...{ version, routes },
      ...(certificates && { certificates }),
      ...(challenges && { challenges }),
      ...(observe && { observe }),
    }
    this.#index = index
    return { table: this.#table, removed }
  }
}

function replaceRoutes(
  before: readonly Route[],
  index: TableIndex,
  { routes: fresh, gone }: TableChange,
): { routes: Route[]; removed: Route[] } {
  const keys = [...gone, ...fresh.map(routeKey)]
  const removed = keys.flatMap(key => before[index.at(key)] ?? [])
  for (const route of removed) index.release(route)
  for (const route of fresh) index.claim(route)
  let routes = [...before]
  for (const route of fresh) {
    const at = index.at(routeKey(route))
    if (at !== -1) routes[at] = route
    else index.place(routeKey(route), routes.push(route) - 1)
  }
  if (gone.length > 0) {
    const left = new Set(gone)
    routes = routes.filter(route => !left.has(routeKey(route)))
    index.placeAll(routes)
  }
  return { routes, removed }
}

/** Where each route is, and what routes claim. */
class TableIndex {
  #positions = new Map<string, number>()
  readonly #places = new Set<string>()
  readonly #targets = new Map<string, { address: string; uses: number }>()

  constructor(routes: readonly Route[]) {
    this.placeAll(routes)
    for (const route of routes) this.claim(route)
  }

  /** @returns -1 for a route that there is not */
  at(key: string): number {
    return this.#positions.get(key) ?? -1
  }

  place(key: string, position: number): void {
    this.#positions.set(key, position)
  }

  placeAll(routes: readonly Route[]): void {
    this.#positions = new Map(routes.map((route, position) => [routeKey(route), position]))
  }

  claim(route: Route): void {
    for (const place of placesOf(route)) {
      if (this.#places.has(place)) throw new InvalidRouteTable('routes', `free of other claims to ${place}`)
      this.#places.add(place)
    }
    for (const target of allTargets(route)) this.#claimTarget(target)
  }

  release(route: Route): void {
    for (const place of placesOf(route)) this.#places.delete(place)
    for (const { id } of allTargets(route)) {
      const known = this.#targets.get(id)
      if (known && --known.uses === 0) this.#targets.delete(id)
    }
  }

  #claimTarget({ id, host, port }: Target): void {
    const address = `${host}:${port}`
    const known = this.#targets.get(id)
    if (!known) this.#targets.set(id, { address, uses: 1 })
    else if (known.address === address) known.uses++
    else throw new InvalidRouteTable('routes', `free of other addresses for ${id}`)
  }
}

function placesOf({ hosts, pathPrefix }: Route): string[] {
  return hosts.map(host => `${host} ${pathPrefix}`)
}
