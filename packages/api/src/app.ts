import { z } from 'zod'
import { deploymentReasonSchema, deploymentStateSchema } from './deployment.ts'
import { nameSchema } from './name.ts'
import { permissionsSchema } from './permission.ts'
import { roleSchema } from './role.ts'

export const appStateSchema = z.enum(['active', 'asleep', 'stopped', 'suspended', 'deleting'])

export const teamSlugSchema = z.string().min(1).max(64)

export const MAX_APP_TAGS = 20

export const tagSchema = z
  .string()
  .max(40, 'must have at most 40 characters')
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'may hold a-z, 0-9 and inner hyphens only')

/** Each once, in order. */
export const tagsSchema = z
  .array(tagSchema)
  .max(MAX_APP_TAGS, `an app has at most ${MAX_APP_TAGS} tags`)
  .refine(tags => new Set(tags).size === tags.length, 'must name each tag once')
  .meta({ description: 'Words that its people sort it by.' })

/** Reserved words are refused by the server, which knows them. */
export const slugSchema = z
  .string()
  .min(3, 'must have at least 3 characters')
  .max(40, 'must have at most 40 characters')
  .regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'may hold a-z, 0-9 and inner hyphens only')

export const appParamsSchema = z.strictObject({
  slug: z.string().min(1).max(64).meta({ description: "The app's slug." }),
})

export const processNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be a process name such as web')

export const appScaleSchema = z
  .record(processNameSchema, z.int().min(0).max(100))
  .meta({ description: 'Wanted instances by process.' })

const appTeamSchema = z.strictObject({ slug: z.string(), name: z.string() })

export const appSchema = z
  .strictObject({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    state: appStateSchema,
    tags: z.array(z.string()),
    team: appTeamSchema,
    role: roleSchema.meta({ description: 'Yours on it, whatever gives it to you.' }),
    can: permissionsSchema,
    environment: z.string().meta({ description: "Which of the team's shared variables it gets." }),
    url: z.url(),
    scale: z.record(z.string(), z.int()),
    sleepAfterMinutes: z
      .int()
      .nullable()
      .meta({ description: "Minutes without a request; null: the platform's default; 0: never." }),
    currentRelease: z.strictObject({ version: z.int(), createdAt: z.iso.datetime() }).nullable(),
    lastDeployment: z
      .strictObject({
        number: z.int(),
        state: deploymentStateSchema,
        reason: deploymentReasonSchema,
        createdAt: z.iso.datetime(),
        finishedAt: z.iso.datetime().nullable(),
      })
      .nullable(),
    origin: z
      .strictObject({ url: z.string(), ref: z.string().optional(), subdirectory: z.string().optional() })
      .nullable()
      .meta({ description: 'Where "pull the latest" takes the code from.' }),
    lastRequestAt: z.iso.datetime().nullable(),
    refusedRoutes: z
      .array(z.strictObject({ path: z.string(), reason: z.string() }))
      .optional()
      .meta({
        description: 'Rules that the edge could not use: there the app answers as before them, or with 503.',
      }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'App' })

export const trashedAppSchema = z
  .strictObject({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    team: appTeamSchema,
    can: permissionsSchema,
    deletedAt: z.iso.datetime(),
    purgeAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'TrashedApp' })

const sleepAfterMinutesSchema = z.int().min(0).max(525_600).nullable()

export const createAppSchema = z
  .strictObject({
    slug: slugSchema,
    name: nameSchema.optional(),
    team: teamSlugSchema.optional().meta({ description: 'Its team; may be left out by who is in one only.' }),
  })
  .meta({ id: 'CreateApp' })

export const updateAppSchema = z
  .strictObject({
    name: nameSchema.optional(),
    environment: z.string().max(31).optional(),
    sleepAfterMinutes: sleepAfterMinutesSchema.optional(),
    tags: tagsSchema.optional(),
  })
  .refine(body => Object.keys(body).length > 0, 'must change at least one setting')
  .meta({ id: 'UpdateApp' })

export const deleteAppSchema = z
  .strictObject({ confirm: z.string().meta({ description: "The app's slug, typed again." }) })
  .meta({ id: 'DeleteApp' })

export type App = z.output<typeof appSchema>
export type AppState = z.output<typeof appStateSchema>
export type TrashedApp = z.output<typeof trashedAppSchema>
