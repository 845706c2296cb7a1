import { z } from 'zod'
import { queryInteger } from './paging.ts'

export const logLineSchema = z
  .strictObject({
    at: z.iso.datetime(),
    process: z.string(),
    instance: z.string(),
    release: z.string(),
    stream: z.enum(['stdout', 'stderr']),
    text: z.string(),
    cursor: z.string().meta({ description: 'Position; give it as `after` to go on from here.' }),
  })
  .meta({ id: 'LogLine' })

const time = z.iso.datetime({ offset: true })

export const logQuerySchema = z.strictObject({
  since: time.optional(),
  until: time.optional(),
  grep: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .meta({ description: 'Plain text, upper and lower case alike.' }),
  level: z
    .enum(['warn', 'error'])
    .optional()
    .meta({ description: 'These and worse, as far as a line says so itself.' }),
  process: z.string().max(64).optional(),
  instance: z.string().max(64).optional(),
  after: z.string().max(200).optional().meta({ description: 'Only lines after this cursor.' }),
  around: z
    .union([time, z.string().regex(/^\d{1,15}$/, 'must be a time or a cursor')])
    .optional()
    .meta({
      description: 'With `follow`: begins shortly before this time, or before the line with this cursor.',
    }),
  limit: queryInteger(1, 10_000).optional().meta({ description: 'The newest lines win; 500 when missing.' }),
  follow: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'true: an event stream of `log` events.' }),
})

/** What `logs?follow=true` streams. */
export const logEventSchema = z
  .strictObject({ type: z.literal('log'), ...logLineSchema.shape })
  .meta({ id: 'LogEvent' })

export type LogLine = z.output<typeof logLineSchema>
