/** Figures of an app as charts. Pure. */
import type { Figures } from '../api/sight-queries.ts'
import type { ChartModel } from '../charts/chart-model.ts'
import { amount, latency, memory } from '../text/amounts.ts'
import { sightWords } from '../words/en/sight.ts'

const words = sightWords.charts

const MB = 1_048_576
const MEMORY_STEPS = Array.from({ length: 20 }, (_, power) => 2 ** power * MB)

export interface AppCharts {
  /** Seconds since 1970. */
  times: number[]
  charts: ChartModel[]
}

/**
 * What is counted in steps becomes so much a minute, whatever the length of the step. The step that is not over yet is
 * left out of short ones, where it would look like a breakdown, and counted by its own length else.
 */
export function appCharts(figures: Figures, now: number): AppCharts {
  const { count, minutes } = completeSteps(figures, now)
  const first = Date.parse(figures.from) / 1000
  const perMinute = (counts: readonly number[]) =>
    counts.slice(0, count).map((value, index) => value / minutes(index))
  const known = (values: readonly (number | null)[]) => values.slice(0, count)
  return {
    times: Array.from({ length: count }, (_, index) => first + index * figures.stepSeconds),
    charts: [
      {
        id: 'traffic',
        title: words.traffic,
        format: amount,
        leastTop: 4,
        series: [
          { label: words.requests, tone: 'accent', fill: true, values: perMinute(figures.requests) },
          ...whereAny({
            label: words.cacheHits,
            tone: 'good',
            fill: true,
            values: perMinute(figures.cacheHits),
          }),
        ],
      },
      {
        id: 'latency',
        title: words.latency,
        format: latency,
        leastTop: 20,
        series: [
          { label: 'p50', tone: 'soft', values: known(figures.p50Ms) },
          { label: 'p95', tone: 'accent', values: known(figures.p95Ms) },
          { label: 'p99', tone: 'warn', values: known(figures.p99Ms) },
        ],
      },
      {
        id: 'errors',
        title: words.errors,
        format: amount,
        leastTop: 4,
        series: [
          { label: words.failures, tone: 'bad', fill: true, values: perMinute(figures.failures) },
          { label: words.edgeFailures, tone: 'warn', values: perMinute(figures.edgeFailures) },
          { label: '4xx', tone: 'soft', values: perMinute(figures.responses['4xx']) },
        ],
      },
      {
        id: 'memory',
        title: words.memory,
        format: memory,
        leastTop: 32 * MB,
        steps: MEMORY_STEPS,
        series: [
          { label: words.used, tone: 'accent', fill: true, values: known(figures.memoryBytes) },
          ...whereAny({
            label: words.limit,
            tone: 'bad' as const,
            dashed: true,
            values: known(figures.memoryLimitBytes),
          }),
        ],
      },
      {
        id: 'cpu',
        title: words.cpu,
        format: value => `${Math.round(value * 100) / 100}`,
        leastTop: 0.1,
        series: [
          {
            label: words.cores,
            tone: 'accent',
            fill: true,
            values: perMinute(figures.cpuMs).map(ms => ms / 60_000),
          },
        ],
      },
    ],
  }
}

function whereAny(series: ChartModel['series'][number]): ChartModel['series'] {
  return series.values.some(value => value !== null && value > 0) ? [series] : []
}

function completeSteps({ from, stepSeconds, requests }: Figures, now: number) {
  const seconds = now / 1000 - Date.parse(from) / 1000
  const whole = Math.floor(seconds / stepSeconds)
  const isShort = stepSeconds <= 60
  const count = isShort ? Math.min(requests.length, whole) : requests.length
  const minutes = (index: number) =>
    index < whole ? stepSeconds / 60 : Math.max(1, (seconds - whole * stepSeconds) / 60)
  return { count, minutes }
}

/** All of a time in numbers. */
export function totals(figures: Figures) {
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0)
  const requests = sum(figures.requests)
  const failures = sum(figures.failures) + sum(figures.edgeFailures)
  return {
    requests,
    failures,
    errorRate: requests === 0 ? null : failures / requests,
    cacheRate: requests === 0 ? null : sum(figures.cacheHits) / requests,
    bytesOut: sum(figures.bytesOut),
  }
}
