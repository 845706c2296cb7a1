import { z } from 'zod'
import { MAX_APP_TAGS, slugSchema, tagSchema, teamSlugSchema } from './app.ts'
import { jobStateSchema } from './job.ts'
import { nameSchema } from './name.ts'

/** So many apps can be dealt with at once. */
export const MAX_BULK_APPS = 500

const appsSchema = z
  .array(z.string().min(1).max(64))
  .min(1)
  .max(MAX_BULK_APPS)
  .refine(apps => new Set(apps).size === apps.length, 'must name each app once')
  .meta({ description: 'Slugs.' })

const bulkTagsSchema = z.array(tagSchema).max(MAX_APP_TAGS).optional()

export const BULK_ACTIONS = ['start', 'stop', 'restart', 'delete', 'tag'] as const

/** What is done to each of several apps. */
export const bulkSchema = z
  .strictObject({
    action: z.enum(BULK_ACTIONS),
    apps: appsSchema,
    confirm: z.int().optional().meta({ description: 'To delete: how many apps, typed again.' }),
    addTags: bulkTagsSchema,
    removeTags: bulkTagsSchema,
  })
  .meta({ id: 'BulkOfApps' })

export const passphraseSchema = z
  .string()
  .min(12, 'must have at least 12 characters')
  .max(1000)
  .meta({ description: 'Seals the values of secrets within the file.' })

export const exportAppSchema = z
  .strictObject({
    secrets: z
      .boolean()
      .optional()
      .meta({ description: 'With their values, under the passphrase; only their names when missing.' }),
    passphrase: passphraseSchema.optional(),
  })
  .meta({ id: 'ExportApp' })

export const cloneAppSchema = z
  .strictObject({
    slug: slugSchema,
    name: nameSchema.optional(),
    secrets: z
      .boolean()
      .optional()
      .meta({ description: 'With the values of its secrets; true when missing.' }),
  })
  .meta({ id: 'CloneApp' })

/** The text fields beside the file field `archive`; they come before it. */
export const importFormSchema = z.strictObject({
  slug: slugSchema.optional().meta({ description: 'As in the file when missing.' }),
  name: nameSchema.optional(),
  team: teamSlugSchema.optional(),
  passphrase: z.string().max(1000).optional(),
})

/** Instead of an upload: an export that lies on this platform. */
export const importAppSchema = z
  .strictObject({
    ...importFormSchema.shape,
    export: z.string().min(1).max(64).meta({ description: 'The id of the job that made it.' }),
  })
  .meta({ id: 'ImportApp' })

export const appJobActionSchema = z.enum([...BULK_ACTIONS, 'export'])

/** What is done to one or several apps, with what came of it for each of them. */
export const appJobSchema = z
  .strictObject({
    id: z.string(),
    action: appJobActionSchema,
    state: jobStateSchema,
    apps: z.array(
      z.strictObject({
        slug: z.string(),
        state: z.enum(['waiting', 'working', 'done', 'refused', 'failed']),
        reason: z.string().nullable().meta({ description: 'Why not, or what to know about it.' }),
        deployment: z.int().nullable().meta({ description: 'That carries it out.' }),
      }),
    ),
    file: z
      .strictObject({ name: z.string(), sizeBytes: z.int(), expiresAt: z.iso.datetime() })
      .nullable()
      .meta({ description: 'Of an export, once it is there.' }),
    error: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'AppJob' })

export type AppJob = z.output<typeof appJobSchema>
export type BulkOfApps = z.output<typeof bulkSchema>
export type BulkAction = BulkOfApps['action']
