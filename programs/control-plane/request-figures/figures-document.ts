import type { AppFigures, Figures } from '@seaworthy/api'
import { isoTime } from '../http/times.ts'
import type { FigureStep } from '../store/schema.ts'
import { noFigures } from './figure-row.ts'
import { startOfStep } from './figure-steps.ts'
import { type FigurePoint, latency } from './request-figures.ts'
import type { ResourcePoint } from './resource-figures.ts'
import type { InstanceUsage } from './resource-sampler.ts'

/** Columns over a time without gaps: where nothing was written, nothing happened. */
export function figuresDocument(
  { step, from, to }: { step: FigureStep; from: number; to: number },
  points: readonly FigurePoint[],
  resources: readonly ResourcePoint[],
): Figures {
  const first = startOfStep(from, step)
  const times = Array.from(
    { length: Math.ceil((to - first) / (step * 1000)) },
    (_, i) => first + i * step * 1000,
  )
  const byTime = new Map(points.map(point => [Number(point.at), point]))
  const used = new Map(resources.map(point => [Number(point.at), point]))
  const nothing = { ...noFigures(), at: 0, in_flight: 0 }
  const rows = times.map(time => byTime.get(time) ?? nothing)
  const usage = times.map(time => used.get(time))
  const column = (name: keyof FigurePoint) => rows.map(row => Number(row[name]))
  return {
    from: isoTime(first),
    stepSeconds: step,
    requests: column('requests'),
    responses: { '2xx': column('r2xx'), '3xx': column('r3xx'), '4xx': column('r4xx'), '5xx': column('r5xx') },
    failures: column('failures'),
    edgeFailures: column('edge_failures'),
    bytesIn: column('bytes_in'),
    bytesOut: column('bytes_out'),
    cacheHits: column('cache_hits'),
    inFlight: column('in_flight'),
    p50Ms: rows.map(row => latency(row, 0.5)),
    p95Ms: rows.map(row => latency(row, 0.95)),
    p99Ms: rows.map(row => latency(row, 0.99)),
    memoryBytes: usage.map(row => (row ? Number(row.memory_bytes) : null)),
    memoryLimitBytes: usage.map(row =>
      row?.memory_limit_bytes == null ? null : Number(row.memory_limit_bytes),
    ),
    cpuMs: usage.map(row => Number(row?.cpu_ms ?? 0)),
  }
}

/** What all instances of an app use now; nulls where none runs. */
export function usageOf(
  usage: Iterable<InstanceUsage>,
): Pick<AppFigures, 'memoryBytes' | 'memoryLimitBytes' | 'cpus'> {
  const all = [...usage]
  if (all.length === 0) return { memoryBytes: null, memoryLimitBytes: null, cpus: null }
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)
  const limits = all.map(({ memoryLimitBytes }) => memoryLimitBytes)
  return {
    memoryBytes: sum(all.map(({ memoryBytes }) => memoryBytes)),
    memoryLimitBytes: limits.includes(null) ? null : sum(limits as number[]),
    cpus: Math.round(sum(all.map(({ cpus }) => cpus ?? 0)) * 1000) / 1000,
  }
}
