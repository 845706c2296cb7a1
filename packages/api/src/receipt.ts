import { z } from 'zod'

/** What one release answered in some time. */
export const countedTrafficSchema = z
  .strictObject({
    requests: z.int(),
    failures: z.int().meta({ description: 'Answered 5xx, by the app or by the edge in its place.' }),
    p50Ms: z.number().nullable().optional(),
    p95Ms: z.number().nullable(),
  })
  .meta({ id: 'Traffic' })

/** What the edge counted while a deployment switched, and the verdict that followed from it. */
export const receiptSchema = z
  .strictObject({
    verdict: z.enum(['kept', 'returned', 'not-switched']),
    reason: z.string().nullable().meta({ description: 'Why the app was returned to its old release.' }),
    url: z.string().nullable(),
    release: z.string().nullable().meta({ description: 'The release that this deployment brought: `v42`.' }),
    previousRelease: z.string().nullable(),
    before: countedTrafficSchema.nullable().meta({ description: 'The old release, before the switch.' }),
    after: countedTrafficSchema.nullable().meta({ description: 'The new release, while it was watched.' }),
    probes: z.strictObject({ sent: z.int(), failed: z.int() }).nullable(),
    timings: z
      .record(z.string(), z.number())
      .meta({ description: 'Milliseconds by phase: build, release, start, switch, watch, drain, total.' }),
    watchedMs: z.number().nullable(),
    canary: z
      .strictObject({
        percent: z.int(),
        canary: countedTrafficSchema.meta({ description: 'The new release, our own probes not counted.' }),
        stable: countedTrafficSchema.meta({ description: 'The release that served the rest.' }),
        watchedMs: z.number(),
        ended: z.enum(['promoted', 'aborted']),
        reason: z.string(),
      })
      .nullable()
      .optional()
      .meta({ description: 'What both releases answered while this one had a share of the requests.' }),
  })
  .meta({ id: 'Receipt' })

export type Receipt = z.output<typeof receiptSchema>
