import { z } from 'zod'

const time = z.iso.datetime({ offset: true })

export const timelineKindSchema = z.enum([
  'deployment',
  'rollback',
  'env',
  'settings',
  'scale',
  'restart',
  'crash',
  'out-of-memory',
  'sleep',
  'wake',
  'limit',
  'domain',
  'certificate',
  'access',
  'other',
])

export const timelineQuerySchema = z.strictObject({
  from: time.optional().meta({ description: 'A day ago when missing.' }),
  to: time.optional().meta({ description: 'Now when missing.' }),
})

export const timelineEntrySchema = z
  .strictObject({
    at: z.iso.datetime(),
    kind: timelineKindSchema,
    tone: z.enum(['good', 'bad', 'neutral']),
    title: z.string(),
    by: z.string().nullable().meta({ description: 'Who did it, where somebody did.' }),
    deployment: z.int().nullable(),
    release: z.int().nullable(),
    source: z.enum(['deployment', 'event', 'audit']),
    data: z.unknown(),
  })
  .meta({ id: 'TimelineEntry' })

export const timelineSchema = z
  .strictObject({
    entries: z.array(timelineEntrySchema).meta({ description: 'The newest first, at most 500.' }),
    complete: z.boolean().meta({ description: 'false: older ones of this time are left out.' }),
  })
  .meta({ id: 'Timeline' })

export type TimelineEntry = z.output<typeof timelineEntrySchema>
export type TimelineKind = z.output<typeof timelineKindSchema>
export type Timeline = z.output<typeof timelineSchema>
