import { z } from 'zod'
import { listQuery } from './paging.ts'

/** A fact that happened: `deployment:switched`, `instance:crashed`, `app:slept` … */
export const eventSchema = z
  .strictObject({
    id: z.string(),
    appId: z.string().nullable(),
    type: z.string(),
    data: z.unknown(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Event' })

export const eventQuerySchema = listQuery(['createdAt'], { type: z.string().max(100).optional() })

export type Event = z.output<typeof eventSchema>
