import { z } from 'zod'
import { deploymentSchema } from './deployment.ts'
import {
  envVersionNumberSchema,
  importEnvSchema,
  notesSchema,
  restoreEnvSchema,
  updateEnvSchema,
  variableSchema,
} from './env.ts'

/** `all` stands for every environment of the team. */
export const environmentSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,30}$/, 'must be the name of an environment such as production')

export const teamParamsOfEnvSchema = z.strictObject({ team: z.string().min(1).max(64) })

export const sharedEnvParamsSchema = z.strictObject({
  ...teamParamsOfEnvSchema.shape,
  environment: environmentSchema.meta({ description: '`all` for every environment of the team.' }),
})

export const sharedEnvVersionParamsSchema = z.strictObject({
  ...sharedEnvParamsSchema.shape,
  version: envVersionNumberSchema,
})

export const sharedEnvSummarySchema = z
  .strictObject({
    environment: z.string(),
    version: z.int(),
    keys: z.array(z.string()),
    author: z.string(),
    updatedAt: z.iso.datetime(),
    apps: z.array(z.string()).meta({ description: 'Slugs of the apps that get these variables.' }),
  })
  .meta({ id: 'SharedEnvSummary' })

export const sharedEnvSchema = z
  .strictObject({
    environment: z.string(),
    version: z.int().meta({ description: '0 while nothing was ever set.' }),
    variables: z.record(z.string(), variableSchema),
    apps: z.array(z.string()),
  })
  .meta({ id: 'SharedEnv' })

const redeploySchema = z.boolean().optional().meta({
  description: 'Whether the apps that get them are given a new release at once. False when missing.',
})

export const updateSharedEnvSchema = updateEnvSchema
  .safeExtend({ redeploy: redeploySchema })
  .meta({ id: 'UpdateSharedEnv' })

export const importSharedEnvSchema = importEnvSchema
  .safeExtend({ redeploy: redeploySchema })
  .meta({ id: 'ImportSharedEnv' })

export const restoreSharedEnvSchema = restoreEnvSchema
  .safeExtend({ redeploy: redeploySchema })
  .meta({ id: 'RestoreSharedEnv' })

export const sharedEnvChangedSchema = z
  .strictObject({
    version: z.int(),
    changed: z.array(z.string()),
    notes: notesSchema,
    apps: z
      .array(
        z.strictObject({
          slug: z.string(),
          environment: z.string(),
          overrides: z.array(z.string()).meta({ description: 'Changed variables that the app sets itself.' }),
        }),
      )
      .meta({ description: 'The apps that the change reaches with their next release.' }),
    deployments: z.array(deploymentSchema).meta({ description: 'Empty unless it was asked for.' }),
  })
  .meta({ id: 'SharedEnvChanged' })

export type SharedEnv = z.output<typeof sharedEnvSchema>
export type SharedEnvSummary = z.output<typeof sharedEnvSummarySchema>
export type SharedEnvChanged = z.output<typeof sharedEnvChangedSchema>
