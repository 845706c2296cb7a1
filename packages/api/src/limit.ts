import { LIMIT_NAMES, resourcesSchema } from '@seaworthy/runtime/resources'
import { z } from 'zod'
import { queryInteger } from './paging.ts'

const limitSchema = z
  .strictObject({
    name: z.enum(LIMIT_NAMES),
    limit: z.number().nullable().meta({ description: 'Null: none.' }),
    from: z.enum(['platform', 'release', 'app']).nullable().meta({ description: 'Who said so.' }),
    used: z
      .number()
      .nullable()
      .meta({ description: 'What the instance that uses most of it has now. Null where nobody can tell.' }),
    isEnforced: z.boolean().meta({ description: 'False: this server cannot hold instances to it.' }),
  })
  .meta({ id: 'ProcessLimit' })

const processLimitsSchema = z
  .strictObject({
    process: z.string(),
    instances: z.int().meta({ description: 'That run now.' }),
    limits: z.array(limitSchema),
    recycle: z.strictObject({ memoryMb: z.int().nullable(), afterHours: z.int().nullable() }),
    memory: z.strictObject({
      p95Mb: z.number().nullable().meta({ description: 'Of one instance, over the last day.' }),
      killsToday: z.int(),
      advice: z.string().nullable().meta({ description: 'What to do, where there is something to do.' }),
      tryMb: z.int().nullable(),
    }),
  })
  .meta({ id: 'ProcessLimits' })

/** What instances of an app may take, what they take, and who said so. */
export const appLimitsSchema = z
  .strictObject({
    processes: z.array(processLimitsSchema),
    own: z.looseObject({}).meta({ description: "The app's own limits, as they were set." }),
    machine: z.strictObject({ memoryMb: z.int(), cpus: z.number() }),
    notes: z.array(z.string()).meta({ description: 'What this server cannot give, in sentences.' }),
    deployment: z.int().nullable().optional().meta({
      description: 'Of a change: the deployment that brings instances with it. Null: none is needed.',
    }),
  })
  .meta({ id: 'AppLimits' })

export const replaceLimitsSchema = resourcesSchema.meta({ id: 'Resources' })

export const instanceEndSchema = z
  .strictObject({
    instance: z.string(),
    process: z.string(),
    at: z.iso.datetime(),
    reason: z.enum([
      'exit',
      'signal',
      'out-of-memory',
      'disk',
      'liveness',
      'recycle-memory',
      'recycle-age',
      'unknown',
    ]),
    sentence: z.string(),
    code: z.int().nullable(),
    signal: z.string().nullable(),
    lines: z
      .array(z.strictObject({ at: z.iso.datetime(), stream: z.enum(['stdout', 'stderr']), text: z.string() }))
      .meta({ description: 'The last that it wrote, at most 200, oldest first.' }),
  })
  .meta({ id: 'InstanceEnd' })

export const endsQuerySchema = z.strictObject({
  limit: queryInteger(1, 50).optional().meta({ description: '5 when missing.' }),
})

export type AppLimits = z.output<typeof appLimitsSchema>
export type ProcessLimits = z.output<typeof processLimitsSchema>
export type InstanceEnd = z.output<typeof instanceEndSchema>
