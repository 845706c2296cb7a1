import { z } from 'zod'
import { codeSchema, recoveryCodeSchema } from './factor.ts'
import { listQuery } from './paging.ts'
import { roleSchema } from './role.ts'

export const platformRoleSchema = z.enum(['member', 'admin']).meta({
  id: 'PlatformRole',
  description: 'An admin may do everything in every team.',
})

export const personParamsSchema = z.strictObject({
  person: z.string().min(1).max(254).meta({ description: "A person's id or e-mail address." }),
})

export const personQuerySchema = listQuery(['name', 'email', 'createdAt'], {
  search: z.string().max(100).optional().meta({ description: 'Part of the name or the address.' }),
})

export const personSchema = z
  .strictObject({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    emailVerified: z.boolean(),
    platformRole: platformRoleSchema,
    twoFactor: z.boolean(),
    suspendedAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    teams: z.array(z.strictObject({ slug: z.string(), name: z.string(), role: roleSchema })),
    counts: z.strictObject({ sessions: z.int(), tokens: z.int() }),
  })
  .meta({ id: 'Person' })

export type PersonDocument = z.output<typeof personSchema>

export const updatePersonSchema = z
  .strictObject({
    platformRole: platformRoleSchema.optional(),
    suspended: z
      .boolean()
      .optional()
      .meta({ description: 'Suspending ends all sessions; tokens stop to work.' }),
  })
  .refine(body => Object.keys(body).length > 0, 'must change at least one thing')
  .meta({ id: 'UpdatePerson' })

const confirmSchema = z
  .string()
  .max(254)
  .meta({ description: 'The e-mail address of the account, typed again.' })

export const deletePersonSchema = z.strictObject({ confirm: confirmSchema }).meta({ id: 'DeletePerson' })

export const deleteAccountSchema = z
  .strictObject({
    confirm: confirmSchema,
    password: z
      .string()
      .max(128)
      .optional()
      .meta({ description: 'This, or a code, is not needed within 15 minutes after a sign-in.' }),
    code: codeSchema.optional(),
    recoveryCode: recoveryCodeSchema.optional(),
  })
  .meta({ id: 'DeleteAccount' })

const countsSchema = z.record(z.string(), z.int())

export const personExportSchema = z
  .strictObject({
    state: z.enum(['queued', 'running', 'ready', 'failed', 'expired']),
    jobId: z.string(),
    requestedAt: z.iso.datetime(),
    readyAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable().meta({ description: 'When the file is removed.' }),
    receipt: z
      .strictObject({ bytes: z.int(), sha256: z.string(), counts: countsSchema })
      .nullable()
      .meta({ description: 'What the file holds: entries by section.' }),
  })
  .meta({ id: 'PersonExport' })

export type PersonExport = z.output<typeof personExportSchema>

export const deletionStartedSchema = z
  .strictObject({
    code: z.string().meta({ description: 'Shown this once: with it anybody may ask whether it is done.' }),
    teamsDeleted: z.array(z.string()).meta({ description: 'Teams in which the person was alone, by slug.' }),
  })
  .meta({ id: 'DeletionStarted' })

export const deletionReceiptParamsSchema = z.strictObject({ code: z.string().min(1).max(64) })

export const deletionReceiptSchema = z
  .strictObject({
    state: z.enum(['queued', 'running', 'done', 'failed']),
    requestedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    requestedBy: z.enum(['self', 'admin']),
    removed: countsSchema.meta({ description: 'How much of what was removed.' }),
    renamed: countsSchema.meta({ description: 'Where the name now reads "deleted person".' }),
  })
  .meta({ id: 'DeletionReceipt' })

export type DeletionReceipt = z.output<typeof deletionReceiptSchema>
