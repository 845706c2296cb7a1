/** How much a team or a person may use. */
import { z } from 'zod'
import { teamSlugSchema } from './app.ts'

/** What can be limited, with the words for it. `PerDay` counts begin anew at midnight UTC. */
export const QUOTA_NAMES = [
  'apps',
  'instances',
  'memoryMb',
  'cpus',
  'diskMb',
  'domains',
  'buildsPerDay',
  'deploymentsPerDay',
  'apiRequestsPerDay',
] as const

export type QuotaName = (typeof QUOTA_NAMES)[number]

export const quotaSubjectSchema = z
  .strictObject({
    kind: z.enum(['team', 'person']),
    id: z.string(),
    name: z.string().meta({ description: 'The slug of the team, or the e-mail address of the person.' }),
  })
  .meta({ id: 'QuotaSubject' })

export const quotaSchema = z
  .strictObject({
    name: z.enum(QUOTA_NAMES),
    limit: z.int().nullable().meta({ description: 'null: unlimited.' }),
    used: z.number().meta({ description: 'What counts against it at this moment, or today.' }),
    source: z
      .enum(['default', 'set'])
      .meta({ description: 'default: as the settings of the platform say; set: by an administrator.' }),
  })
  .meta({ id: 'Quota' })

export const quotasSchema = z
  .strictObject({ subject: quotaSubjectSchema, quotas: z.array(quotaSchema) })
  .meta({ id: 'Quotas' })

const limitSchema = z.union([z.int().min(0).max(1e12), z.null(), z.literal('default')])

export const setQuotasSchema = z.strictObject({
  limits: z
    .partialRecord(z.enum(QUOTA_NAMES), limitSchema)
    .meta({ description: 'null: unlimited; "default": as the settings of the platform say.' }),
})

export const quotasTeamParamsSchema = z.strictObject({ team: teamSlugSchema })

export const quotasPersonParamsSchema = z.strictObject({
  person: z.string().min(1).max(320).meta({ description: 'An e-mail address or the id of a person.' }),
})

export type QuotaSubject = z.output<typeof quotaSubjectSchema>
export type Quota = z.output<typeof quotaSchema>
export type Quotas = z.output<typeof quotasSchema>
