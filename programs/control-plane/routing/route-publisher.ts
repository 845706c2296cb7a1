import type { RouteTable } from '@seaworthy/routes'
import { type DomainSource, NO_DOMAINS } from '../domains/domain-routes.ts'
import type { EdgeClient } from '../edge/edge-client.ts'
import type { Observations } from '../visits/observations.ts'
import { FactsReader, type FactsReaderOptions } from './facts-reader.ts'
import { type RefusedRoute, refusedRoutes, soundRoutes } from './sound-routes.ts'
import { planRoutes, type RoutingSettings } from './table-planner.ts'

export interface RoutePublisherOptions extends FactsReaderOptions {
  edge: Pick<EdgeClient, 'pushTable'>
  settings: RoutingSettings
  /** Claimed hosts, their certificates and open challenges. None when missing. */
  domains?: DomainSource
  /** What is kept of requests; as the edge has it when missing. */
  observations?: Pick<Observations, 'platform' | 'all'>
  /** Called for each route that becomes one which the edge would not take. */
  onRefused?: (route: RefusedRoute) => void
}

/**
 * Pushes the route table that the present state asks for. Callers change state first, then publish; the promise
 * resolves once every worker of the edge works with a table that has the change. Calls that come while a push is
 * under way share the next one.
 */
export class RoutePublisher {
  readonly #options: RoutePublisherOptions
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #version = 0
  readonly #reader: FactsReader
  #refused: readonly RefusedRoute[] = []
  readonly #sound = new Set<string>()

  constructor(options: RoutePublisherOptions) {
    this.#options = options
    this.#reader = new FactsReader(options)
  }

  /** What of an app the edge cannot use now. */
  refusedOf(appId: string): RefusedRoute[] {
    return this.#refused.filter(route => route.appId === appId)
  }

  publish(): Promise<void> {
    if (this.#next) return this.#next
    const before = this.#running
    if (!before) return this.#begin()
    this.#next = before
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.#begin()
      })
    return this.#next
  }

  #begin(): Promise<void> {
    const running = this.#push().finally(() => {
      if (this.#running === running) this.#running = undefined
    })
    this.#running = running
    return running
  }

  async #push(): Promise<void> {
    const domains = await (this.#options.domains ?? NO_DOMAINS).tableParts()
    const facts = await this.#reader.read(domains.byApp)
    const { routes, refused } = soundRoutes(
      planRoutes(facts, this.#options.settings, domains.certificates),
      this.#sound,
    )
    // Grows over restarts too, so that an edge that kept an older table takes ours.
    this.#version = Math.max(Date.now(), this.#version + 1)
    const observed = await this.#options.observations?.all()
    const table: RouteTable = {
      version: this.#version,
      routes: observed?.size
        ? routes.map(route => ({ ...route, observe: observed.get(route.appId) }))
        : routes,
      ...(this.#options.observations && { observe: this.#options.observations.platform }),
      certificates: domains.certificates,
      challenges: domains.challenges,
    }
    this.#tellRefused([...refused, ...(await this.#refusedByEdge(table, refused))])
  }

  /** What a look at one route alone does not tell, such as a host that two apps claim. */
  async #refusedByEdge(table: RouteTable, refused: readonly RefusedRoute[]): Promise<RefusedRoute[]> {
    try {
      return refusedRoutes(table, await this.#options.edge.pushTable(table))
    } catch (error) {
      this.#tellRefused(refused)
      throw error
    }
  }

  /** Told once, not with each table. */
  #tellRefused(refused: readonly RefusedRoute[]): void {
    const told = new Set(this.#refused.map(route => JSON.stringify(route)))
    this.#refused = refused
    for (const route of refused) if (!told.has(JSON.stringify(route))) this.#options.onRefused?.(route)
  }
}
