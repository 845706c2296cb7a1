import { z } from 'zod'

const time = z.iso.datetime({ offset: true })
const counts = z.array(z.number())
const measures = z.array(z.number().nullable())

export const figuresQuerySchema = z.strictObject({
  from: time.optional().meta({ description: 'An hour ago when missing.' }),
  to: time.optional().meta({ description: 'Now when missing.' }),
  step: z
    .enum(['minute', 'hour', 'day'])
    .optional()
    .meta({ description: 'By the length of the time when missing.' }),
  release: z
    .string()
    .regex(/^v\d{1,9}$/, 'must be a release such as v42')
    .optional()
    .meta({ description: 'Of this release alone; resource use is left out then.' }),
})

/** Columns of equal length, as charts take them: entry `i` is about the step that begins at `from + i × stepSeconds`. */
export const figuresSchema = z
  .strictObject({
    from: z.iso.datetime(),
    stepSeconds: z.int(),
    requests: counts,
    responses: z.strictObject({ '2xx': counts, '3xx': counts, '4xx': counts, '5xx': counts }),
    failures: counts.meta({ description: 'Answers 5xx by the app.' }),
    edgeFailures: counts.meta({ description: 'Answers that the edge had to give in place of the app.' }),
    bytesIn: counts,
    bytesOut: counts,
    cacheHits: counts,
    inFlight: counts.meta({ description: 'The most at one look.' }),
    p50Ms: measures.meta({ description: 'null where nothing was asked.' }),
    p95Ms: measures,
    p99Ms: measures,
    memoryBytes: measures.meta({ description: 'The most of all instances together; null where none ran.' }),
    memoryLimitBytes: measures,
    cpuMs: counts.meta({ description: 'Time that all instances together computed.' }),
  })
  .meta({ id: 'Figures' })

export const appFiguresSchema = z
  .strictObject({
    slug: z.string(),
    requestsPerMinute: z.number().meta({ description: 'Over the last five minutes.' }),
    p95Ms: z.number().nullable(),
    errorRate: z.number().nullable().meta({ description: '0 to 1; null where nothing was asked.' }),
    memoryBytes: z.number().nullable().meta({ description: 'Now; null where no instance runs.' }),
    memoryLimitBytes: z.number().nullable(),
    cpus: z.number().nullable().meta({ description: 'How many cores it keeps busy.' }),
    sparkline: z.array(z.int()).meta({ description: 'Requests in each of the last 30 whole minutes.' }),
  })
  .meta({ id: 'AppFigures' })

export type Figures = z.output<typeof figuresSchema>
export type AppFigures = z.output<typeof appFiguresSchema>
