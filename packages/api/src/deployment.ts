import { z } from 'zod'
import { approvalSchema } from './approval.ts'
import { canaryPlanSchema, canarySchema } from './canary.ts'
import { receiptSchema } from './receipt.ts'

export const deploymentStateSchema = z.enum([
  'queued',
  'awaiting_approval',
  'starting',
  'canary',
  'switching',
  'watching',
  'draining',
  'succeeded',
  'failed',
  'cancelled',
])

export const deploymentReasonSchema = z.enum(['deploy', 'rollback', 'env', 'settings', 'restart'])

export const failureSchema = z.strictObject({ code: z.string(), message: z.string() }).meta({ id: 'Failure' })

export const deploymentSchema = z
  .strictObject({
    id: z.string(),
    number: z.int(),
    state: deploymentStateSchema,
    reason: deploymentReasonSchema,
    release: z.int().nullable().meta({ description: 'Null until the build has made one.' }),
    previousRelease: z.int().nullable(),
    build: z.int().nullable(),
    waitingFor: z
      .string()
      .nullable()
      .optional()
      .meta({ description: 'Why its build does not start yet, in a sentence.' }),
    error: failureSchema.nullable(),
    receipt: receiptSchema.nullable(),
    canary: canarySchema
      .nullable()
      .optional()
      .meta({ description: 'For a deployment that gets a share of the requests first.' }),
    approval: approvalSchema
      .nullable()
      .optional()
      .meta({ description: 'Of a deployment that had to wait for somebody to let it start.' }),
    createdBy: z.string(),
    scheduledAt: z.iso.datetime().nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    switchedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Deployment' })

const scheduledAtSchema = z.iso
  .datetime({ offset: true })
  .meta({ description: 'Start at this time instead of now.' })

const gitUrlSchema = z.string().trim().min(1).max(2048)

export const gitOriginSchema = z
  .strictObject({
    url: gitUrlSchema,
    ref: z.string().min(1).max(255).optional(),
    subdirectory: z.string().min(1).max(1024).optional(),
  })
  .meta({ id: 'GitOrigin' })

/** An image that somebody built already. */
export const imageOriginSchema = z
  .strictObject({
    reference: z
      .string()
      .trim()
      .min(1)
      .max(512)
      .meta({ description: 'name:tag or host/name:tag. Pinned to what it means now.' }),
    manifest: z
      .string()
      .max(65_536)
      .optional()
      .meta({ description: 'The text of a seaworthy.json: processes, health, resources, volumes.' }),
  })
  .meta({ id: 'ImageOrigin' })

const onTrial = { canary: canaryPlanSchema.optional() }

/** A deployment without an upload. The multipart form is `deployUploadSchema`. */
export const createDeploymentSchema = z
  .union([
    z.strictObject({ git: gitOriginSchema, scheduledAt: scheduledAtSchema.optional(), ...onTrial }),
    z.strictObject({ image: imageOriginSchema, scheduledAt: scheduledAtSchema.optional(), ...onTrial }),
    z.strictObject({ pull: z.literal(true), scheduledAt: scheduledAtSchema.optional(), ...onTrial }),
    z.strictObject({ rebuild: z.literal(true), scheduledAt: scheduledAtSchema.optional(), ...onTrial }),
  ])
  .meta({ id: 'CreateDeployment' })

/** The text fields beside the file field `archive`; they come before it. */
export const deployUploadSchema = z.strictObject({
  scheduledAt: scheduledAtSchema.optional(),
  canary: z
    .string()
    .max(2000)
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' })
        return z.NEVER
      }
    })
    .pipe(canaryPlanSchema)
    .optional()
    .meta({ description: 'A `CanaryPlan` as JSON text.' }),
})

export const rollbackSchema = z
  .strictObject({
    release: z.int().min(1).optional().meta({ description: 'Missing: the release before the current one.' }),
    env: z
      .enum(['release', 'current'])
      .meta({ description: 'With the env of that release, or with today’s.' }),
  })
  .meta({ id: 'Rollback' })

export const numberParamsSchema = z.strictObject({
  slug: z.string().min(1).max(64).meta({ description: "The app's slug." }),
  number: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .meta({ description: 'Counts up within the app, from 1.' }),
})

const at = z.iso.datetime()

/** What happens in a deployment, in order. `end` is the last one. */
export const deploymentEventSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('state'), at, state: deploymentStateSchema }),
    z.strictObject({
      type: z.literal('step'),
      at,
      name: z.string(),
      title: z.string().optional(),
      state: z.enum(['started', 'succeeded', 'failed', 'cached']),
      durationMs: z.number().optional(),
    }),
    z.strictObject({
      type: z.literal('log'),
      at,
      stream: z.enum(['stdout', 'stderr', 'platform']),
      text: z.string(),
      step: z.string().optional(),
    }),
    z.strictObject({ type: z.literal('receipt'), at, receipt: receiptSchema }),
    z.strictObject({
      type: z.literal('end'),
      at,
      state: deploymentStateSchema,
      error: failureSchema.nullable(),
    }),
  ])
  .meta({ id: 'DeploymentEvent' })

export type Deployment = z.output<typeof deploymentSchema>
export type DeploymentState = z.output<typeof deploymentStateSchema>
export type DeploymentEvent = z.output<typeof deploymentEventSchema>
export type GitOrigin = z.output<typeof gitOriginSchema>
