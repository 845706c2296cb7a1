import { z } from 'zod'
import { countedTrafficSchema } from './receipt.ts'

const headerSchema = z.strictObject({
  name: z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/, 'must be a header name such as X-Canary'),
  value: z
    .string()
    .max(200)
    .regex(/^[\t\x20-\x7e]*$/, 'may hold printable ASCII characters only')
    .default('')
    .meta({ description: 'Empty: any content counts.' }),
})

/** How a deployment gets a share of the requests before it gets all of them. */
export const canaryPlanSchema = z
  .strictObject({
    percent: z.int().min(0).max(100),
    header: headerSchema.optional().meta({
      description:
        'Requests with this header always go to the canary. Missing: X-Seaworthy-Canary with the release, such as v5.',
    }),
    promoteAfterMinutes: z.number().min(0.05).max(43_200).nullable().default(null).meta({
      description: 'Takes over by itself after so long without a breach; null: it stays until told.',
    }),
  })
  .meta({ id: 'CanaryPlan' })

/** A canary as it is now, or as it ended. */
export const canarySchema = z
  .strictObject({
    percent: z.int(),
    header: headerSchema.nullable(),
    promoteAfterMinutes: z.number().nullable(),
    since: z.iso.datetime().nullable().meta({ description: 'When it began to get requests.' }),
    canary: countedTrafficSchema.meta({ description: 'The new release, our own probes not counted.' }),
    stable: countedTrafficSchema.meta({ description: 'The release that serves the rest.' }),
    probes: z.strictObject({ sent: z.int(), failed: z.int() }),
    ending: z
      .enum(['promote', 'abort'])
      .nullable()
      .meta({ description: 'What is about to become of it, or what became of it.' }),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Canary' })

export type Canary = z.output<typeof canarySchema>
export type CanaryPlan = z.input<typeof canaryPlanSchema>
