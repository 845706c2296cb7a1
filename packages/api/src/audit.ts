import { z } from 'zod'
import { listQuery } from './paging.ts'

const outcomeSchema = z.enum(['done', 'refused'])

export const auditEntrySchema = z
  .strictObject({
    sequence: z.int().meta({ description: '1, 2, 3 … without a gap.' }),
    id: z.string(),
    at: z.iso.datetime(),
    actor: z
      .strictObject({
        kind: z.string().meta({ description: 'user, token, local, public or platform.' }),
        id: z.string().nullable(),
        email: z.string().nullable().meta({ description: 'As of now; null once the account is deleted.' }),
        name: z.string().nullable(),
        deleted: z.boolean().meta({ description: 'The account is gone.' }),
        tokenId: z.string().nullable(),
        tokenName: z.string().nullable(),
      })
      .meta({ id: 'AuditActor' }),
    action: z.string(),
    target: z
      .strictObject({ kind: z.string(), id: z.string().nullable(), name: z.string().nullable() })
      .nullable()
      .meta({ description: 'With the name that it had at that moment.' }),
    teamId: z.string().nullable(),
    appId: z.string().nullable(),
    address: z.string().nullable(),
    userAgent: z.string().nullable(),
    requestId: z.string().nullable(),
    outcome: outcomeSchema,
    before: z.unknown(),
    after: z.unknown(),
    previousHash: z.string(),
    hash: z.string(),
  })
  .meta({ id: 'AuditEntry' })

const filters = {
  actor: z.string().max(254).optional().meta({ description: 'An e-mail address or the id of a person.' }),
  action: z.string().max(100).optional().meta({ description: '`app:update`, or `app:*` for all of a kind.' }),
  app: z.string().max(64).optional().meta({ description: 'Slug, of a deleted app too.' }),
  team: z.string().max(64).optional().meta({ description: 'Slug.' }),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
  outcome: outcomeSchema.optional(),
  text: z.string().max(100).optional().meta({ description: 'Part of a target, an action or the facts.' }),
}

export const auditQuerySchema = listQuery(['sequence'], filters)
export const auditExportQuerySchema = z.strictObject({
  ...filters,
  format: z.enum(['json', 'csv']).optional(),
})

export const auditVerifyQuerySchema = z.strictObject({
  known: z
    .string()
    .regex(/^\d{1,12}:[0-9a-f]{64}$/, 'must be COUNT:HASH, as an earlier verify printed it')
    .optional()
    .meta({ description: 'A head that was written down earlier: the log must still have this entry.' }),
})

const breakSchema = z
  .strictObject({
    why: z.enum(['changed', 'missing', 'reordered', 'added', 'rewritten', 'head-lost']),
    sequence: z.int(),
    message: z.string().meta({ description: 'In words.' }),
    entry: auditEntrySchema.nullable(),
  })
  .meta({ id: 'AuditBreak' })

export const auditVerdictSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('progress'), checked: z.int() }),
    z.strictObject({
      type: z.literal('end'),
      intact: z.boolean(),
      checked: z.int(),
      head: z.string().nullable().meta({ description: 'COUNT:HASH, to be written down elsewhere.' }),
      break: breakSchema.nullable(),
    }),
  ])
  .meta({ id: 'AuditVerdict' })

export type AuditEntry = z.output<typeof auditEntrySchema>
export type AuditVerdict = z.output<typeof auditVerdictSchema>
