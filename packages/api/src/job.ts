import { z } from 'zod'
import { listQuery } from './paging.ts'

export const jobStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])

/** What a job is for and who began it, as far as that can be told. */
const jobAboutSchema = z.strictObject({
  app: z.string().nullable().meta({ description: 'The slug of the app that it works for.' }),
  deployment: z.int().nullable(),
  startedBy: z
    .strictObject({ kind: z.string(), name: z.string().nullable() })
    .nullable()
    .meta({ description: 'Null: the platform itself, or nobody knows any more.' }),
})

/** Durable unit of internal work. Its payload stays inside. */
export const jobSchema = z
  .strictObject({
    id: z.string(),
    kind: z.string(),
    state: jobStateSchema,
    queueKey: z.string().nullable(),
    attempts: z.int(),
    failures: z
      .int()
      .optional()
      .meta({ description: 'Attempts that ended with an error; it fails at `maxAttempts` of them.' }),
    maxAttempts: z.int(),
    cancelRequested: z.boolean(),
    error: z.strictObject({ code: z.string().nullable(), message: z.string() }).nullable(),
    correlationId: z.string().nullable(),
    about: jobAboutSchema.optional(),
    runAt: z.iso.datetime(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Job' })

export const jobParamsSchema = z.strictObject({ id: z.string().min(1).max(64) })

export const jobQuerySchema = listQuery(['createdAt'], {
  state: jobStateSchema.optional(),
  kind: z.string().max(100).optional(),
})

export type Job = z.output<typeof jobSchema>
