import type { Metrics } from '@seaworthy/kit/metrics'
import type { RouteCounters } from '@seaworthy/routes'
import type { InstanceUsage } from './resource-sampler.ts'

export interface AppMetricsOptions {
  metrics: Metrics
  slugs: () => Promise<ReadonlyMap<string, string>>
  usage: () => ReadonlyMap<string, InstanceUsage>
  /** Apps with series of their own; all further ones are `other`. */
  maxApps?: number
}

const MAX_APPS = 500
const OTHER = 'other'
const CLASSES = ['2xx', '3xx', '4xx', '5xx'] as const

/** The figures of apps for Prometheus. Each app has about ten series, and only so many apps have any. */
export class AppMetrics {
  readonly #options: AppMetricsOptions
  readonly #requests
  readonly #failures
  readonly #bytes
  readonly #named = new Map<string, string>()
  #inFlight: readonly RouteCounters[] = []

  constructor(options: AppMetricsOptions) {
    const { metrics } = options
    this.#options = options
    this.#requests = metrics.counter({
      name: 'seaworthy_app_requests_total',
      help: 'Requests by app and class of the answer, as the edge counted them.',
      labels: ['app', 'class'],
    })
    this.#failures = metrics.counter({
      name: 'seaworthy_app_edge_failures_total',
      help: 'Answers that the edge had to give in place of the app, and answers that broke off.',
      labels: ['app'],
    })
    this.#bytes = metrics.counter({
      name: 'seaworthy_app_bytes_total',
      help: 'Bytes of request (in) and response (out) bodies.',
      labels: ['app', 'direction'],
    })
    this.#addGauges(metrics)
  }

  /** What was counted since the last time, and the edge's own totals for what is no total. */
  count(news: readonly RouteCounters[], all: readonly RouteCounters[]): void {
    this.#inFlight = all
    for (const { appId, responses, edgeFailures, bytesIn, bytesOut } of news) {
      const app = this.#named.get(appId) ?? OTHER
      for (const kind of CLASSES)
        if (responses[kind] > 0) this.#requests.add({ app, class: kind }, responses[kind])
      if (edgeFailures > 0) this.#failures.add({ app }, edgeFailures)
      this.#bytes.add({ app, direction: 'in' }, bytesIn)
      this.#bytes.add({ app, direction: 'out' }, bytesOut)
    }
  }

  /** Which app has which name, before it is counted. */
  async learnNames(): Promise<void> {
    for (const [id, slug] of await this.#options.slugs()) {
      if (this.#named.has(id) || this.#named.size < (this.#options.maxApps ?? MAX_APPS))
        this.#named.set(id, slug)
    }
  }

  #addGauges(metrics: Metrics): void {
    metrics.gauge({
      name: 'seaworthy_app_requests_in_flight',
      help: 'Requests that are being worked on or wait, at the last look.',
      labels: ['app'],
      collect: set =>
        this.#sum(
          this.#inFlight.map(({ appId, inFlight }) => [appId, inFlight]),
          set,
        ),
    })
    metrics.gauge({
      name: 'seaworthy_app_memory_bytes',
      help: 'Memory of all instances of the app, at the last look.',
      labels: ['app'],
      collect: set =>
        this.#sum(
          [...this.#options.usage().values()].map(({ appId, memoryBytes }) => [appId, memoryBytes]),
          set,
        ),
    })
    metrics.gauge({
      name: 'seaworthy_app_cpus',
      help: 'Cores that all instances of the app kept busy, at the last look.',
      labels: ['app'],
      collect: set =>
        this.#sum(
          [...this.#options.usage().values()].map(({ appId, cpus }) => [appId, cpus ?? 0]),
          set,
        ),
    })
  }

  /** Apps that had a value before and have none now are zero, not as they were. */
  #sum(
    values: readonly [appId: string, value: number][],
    set: (labels: { app: string }, value: number) => void,
  ) {
    const sums = new Map([...this.#named.values()].map(slug => [slug, 0]))
    for (const [appId, value] of values) {
      const app = this.#named.get(appId) ?? OTHER
      sums.set(app, (sums.get(app) ?? 0) + value)
    }
    for (const [app, value] of sums) set({ app }, value)
  }
}
