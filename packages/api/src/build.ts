import { z } from 'zod'
import { failureSchema } from './deployment.ts'
import { queryInteger } from './paging.ts'

export const buildStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])

export const buildSchema = z
  .strictObject({
    id: z.string(),
    number: z.int(),
    state: buildStateSchema,
    artifactDigest: z.string().nullable(),
    steps: z.array(
      z.strictObject({
        name: z.string(),
        state: z.string(),
        startedAt: z.iso.datetime().nullable(),
        finishedAt: z.iso.datetime().nullable(),
      }),
    ),
    error: failureSchema.nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Build' })

export const buildLogLineSchema = z
  .strictObject({
    at: z.iso.datetime(),
    step: z.string().nullable(),
    stream: z.enum(['stdout', 'stderr', 'platform']),
    text: z.string(),
    mark: z.enum(['started', 'succeeded', 'failed', 'cached']).optional().meta({
      description: 'Of a line that begins or ends its step; other lines have none.',
    }),
    durationMs: z.number().optional().meta({ description: 'Of the step, where the line ends it.' }),
  })
  .meta({ id: 'BuildLogLine' })

export const buildLogQuerySchema = z.strictObject({
  follow: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: an event stream of the whole log that goes on until the end.' }),
  limit: queryInteger(1, 10_000)
    .optional()
    .meta({ description: 'The newest lines win; 10,000 when missing. An event stream has them all.' }),
})

export type Build = z.output<typeof buildSchema>
export type BuildLogLine = z.output<typeof buildLogLineSchema>
