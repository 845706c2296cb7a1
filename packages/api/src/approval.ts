import { z } from 'zod'
import { permissionsSchema } from './permission.ts'

/** Who may look at a deployment before it starts: this role on the app, or a higher one. */
const approverRoleSchema = z.enum(['developer', 'admin', 'owner'])

const DEFAULT_DEADLINE_HOURS = 168
const MAX_DEADLINE_HOURS = 720

const ruleFields = {
  required: z.boolean().meta({ description: 'Whether deployments of the app wait until somebody approves.' }),
  role: approverRoleSchema.meta({ description: 'The least role on the app that may approve and refuse.' }),
  ownAllowed: z.boolean().meta({
    description: 'Whether people may approve what they ordered themselves. Who is alone always may.',
  }),
  deadlineHours: z
    .int()
    .min(1)
    .max(MAX_DEADLINE_HOURS)
    .meta({ description: 'A deployment that waits longer is refused by itself.' }),
}

export const approvalRuleSchema = z
  .strictObject({ ...ruleFields, updatedAt: z.iso.datetime().nullable() })
  .meta({ id: 'ApprovalRule' })

export const replaceApprovalRuleSchema = z
  .strictObject({
    required: ruleFields.required,
    role: ruleFields.role.default('admin'),
    ownAllowed: ruleFields.ownAllowed.default(false),
    deadlineHours: ruleFields.deadlineHours.default(DEFAULT_DEADLINE_HOURS),
  })
  .meta({ id: 'ReplaceApprovalRule' })

/** What became of the question whether a deployment may start. */
export const approvalSchema = z
  .strictObject({
    state: z.enum(['waiting', 'approved', 'refused', 'expired', 'cancelled']),
    role: approverRoleSchema,
    requestedAt: z.iso.datetime(),
    deadlineAt: z.iso.datetime(),
    decidedAt: z.iso.datetime().nullable(),
    decidedBy: z.string().nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Approval' })

export const approveSchema = z
  .strictObject({ comment: z.string().trim().max(1000).optional() })
  .meta({ id: 'ApproveDeployment' })

export const refuseSchema = z
  .strictObject({ reason: z.string().trim().min(1, 'must say why').max(1000) })
  .meta({ id: 'RefuseDeployment' })

const changeSchema = z.enum(['added', 'changed', 'removed'])

/** What is different between what serves now and a release. Names of variables only, never values. */
export const releaseChangesSchema = z
  .strictObject({
    from: z.int().nullable().meta({ description: 'The release that serves now; null: none.' }),
    to: z.int().nullable().meta({ description: 'Null until the build has made one.' }),
    code: z.strictObject({
      same: z.boolean(),
      from: z.string().nullable().meta({ description: 'Commit, or the start of the digest.' }),
      to: z.string().nullable(),
      files: z
        .strictObject({ added: z.int(), changed: z.int(), removed: z.int() })
        .nullable()
        .meta({ description: 'Of the source; null where it is gone, too large to compare, or an image.' }),
    }),
    env: z.array(z.strictObject({ name: z.string(), change: changeSchema })),
    settings: z.array(
      z.strictObject({
        name: z.string(),
        change: changeSchema,
        from: z
          .string()
          .nullable()
          .meta({ description: 'Null where it is not there, or not for every eye.' }),
        to: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ReleaseChanges' })

export const deploymentChangesSchema = releaseChangesSchema
  .extend({ can: permissionsSchema })
  .meta({ id: 'DeploymentChanges' })

export const releaseChangesQuerySchema = z.strictObject({
  env: z.enum(['release', 'current']).optional().meta({ description: '`release` when missing.' }),
})

export const rescheduleSchema = z
  .strictObject({
    scheduledAt: z.iso.datetime({ offset: true }).nullable().meta({ description: 'null: start it now.' }),
  })
  .meta({ id: 'RescheduleDeployment' })

export type ApprovalRule = z.output<typeof approvalRuleSchema>
export type Approval = z.output<typeof approvalSchema>
export type ReleaseChanges = z.output<typeof releaseChangesSchema>
