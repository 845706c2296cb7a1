import { z } from 'zod'
import { listQuery } from './paging.ts'

export const jobStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])

/** Durable unit of internal work. Its payload stays inside. */
export const jobSchema = z
  .strictObject({
    id: z.string(),
    kind: z.string(),
    state: jobStateSchema,
    queueKey: z.string().nullable(),
    attempts: z.int(),
    maxAttempts: z.int(),
    cancelRequested: z.boolean(),
    error: z.strictObject({ code: z.string().nullable(), message: z.string() }).nullable(),
    correlationId: z.string().nullable(),
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
