import { z } from 'zod'
import { appScaleSchema } from './app.ts'

export const instanceStateSchema = z.enum([
  'starting',
  'healthy',
  'unhealthy',
  'draining',
  'stopped',
  'crashed',
])

export const instanceSchema = z
  .strictObject({
    id: z.string(),
    process: z.string(),
    state: instanceStateSchema,
    release: z.int().nullable(),
    runtime: z.string(),
    port: z.int().nullable(),
    createdAt: z.iso.datetime(),
    healthyAt: z.iso.datetime().nullable(),
    stoppedAt: z.iso.datetime().nullable(),
    exit: z
      .strictObject({ code: z.int().nullable(), signal: z.string().nullable(), oomKilled: z.boolean() })
      .nullable(),
  })
  .meta({ id: 'Instance' })

export const scaleBodySchema = appScaleSchema
  .refine(scale => Object.keys(scale).length > 0, 'must name at least one process')
  .meta({ id: 'Scale' })

/** One-off command in a fresh instance of the current release. */
export const runBodySchema = z
  .strictObject({
    argv: z
      .array(
        z
          .string()
          .max(8192)
          .regex(/^[^\0]*$/, 'must not hold a NUL character'),
      )
      .min(1)
      .max(256)
      .meta({ description: 'The program and its arguments; no shell takes them apart.' }),
  })
  .meta({ id: 'Run' })

export const runEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('log'), stream: z.enum(['stdout', 'stderr']), text: z.string() }),
    z.strictObject({ type: z.literal('exit'), code: z.int().nullable() }),
    z.strictObject({ type: z.literal('error'), code: z.string(), message: z.string() }),
  ])
  .meta({ id: 'RunEvent' })

export type Instance = z.output<typeof instanceSchema>
export type RunEvent = z.output<typeof runEventSchema>
