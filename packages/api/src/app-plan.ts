import { z } from 'zod'
import { appScaleSchema, updateAppSchema } from './app.ts'
import { replaceLimitsSchema } from './limit.ts'

/** Changes of an app's settings that nobody has made yet. */
export const planAppSchema = z
  .strictObject({
    settings: updateAppSchema.optional(),
    scale: appScaleSchema.optional(),
    limits: replaceLimitsSchema.optional(),
  })
  .refine(body => Object.keys(body).length > 0, 'must have at least one change')
  .meta({ id: 'PlanApp' })

export const appPlanSchema = z
  .strictObject({
    changes: z.array(
      z.strictObject({
        key: z.string().meta({ description: '`name`, `scale.web`, `limits.memoryMb` …' }),
        before: z.unknown(),
        after: z.unknown(),
      }),
    ),
    effects: z
      .array(z.strictObject({ text: z.string(), tone: z.enum(['calm', 'warn']) }))
      .meta({ description: 'What follows from the changes, in sentences.' }),
  })
  .meta({ id: 'AppPlan' })

export type AppPlan = z.output<typeof appPlanSchema>
