import { Counter, Gauge, Histogram, Registry } from '@prometheus-io/client'

type Labels<Name extends string> = Record<Name, string | number>

interface MetricOptions<Name extends string> {
  /** `seaworthy_deployments_total`: the unit or `_total` at the end. */
  name: string
  help: string
  /** Few values each: a route pattern, never a URL or an id. */
  labels?: readonly Name[]
}

export interface Metrics {
  counter<Name extends string = never>(
    options: MetricOptions<Name>,
  ): { add(labels: Labels<Name>, by?: number): void }
  gauge<Name extends string = never>(
    options: MetricOptions<Name> & {
      /** Called when the metrics are read, for what is cheaper to ask than to follow. */
      collect?: (set: (labels: Labels<Name>, value: number) => void) => unknown
    },
  ): { set(labels: Labels<Name>, value: number): void }
  histogram<Name extends string = never>(
    options: MetricOptions<Name> & {
      /** Upper bounds in the metric's unit, rising. */
      buckets: readonly number[]
    },
  ): { observe(labels: Labels<Name>, value: number): void }
  /** All metrics in the Prometheus text format. */
  render(): Promise<string>
  readonly contentType: string
}

/** A registry of its own; nothing is global. The names of a registry are unique: a doubled one throws. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const common = ({ name, help, labels = [] }: MetricOptions<string>) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  })
  return {
    counter(options) {
      const counter = new Counter<string>(common(options))
      return { add: (labels, by = 1) => counter.inc(labels, by) }
    },
    gauge({ collect, ...options }) {
      const gauge: Gauge<string> = new Gauge<string>({
        ...common(options),
        ...(collect && {
          collect: async () => void (await collect((labels, value) => gauge.set(labels, value))),
        }),
      })
      return { set: (labels, value) => gauge.set(labels, value) }
    },
    histogram(options) {
      const histogram = new Histogram<string>({ ...common(options), buckets: [...options.buckets] })
      return { observe: (labels, value) => histogram.observe(labels, value) }
    },
    render: () => registry.metrics(),
    contentType: registry.contentType,
  }
}
