import { z } from 'zod'
import { deploymentSchema } from './deployment.ts'

export const MAX_ENV_VALUE_CHARACTERS = 65_536

/** Reserved names (PORT, SEAWORTHY_…) are refused by the server, which knows them. */
export const envKeySchema = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'may hold letters, digits and _ only, and not begin with a digit')

export const envSchema = z
  .strictObject({
    version: z.int().meta({ description: '0 while nothing was ever set.' }),
    variables: z.record(
      z.string(),
      z.strictObject({
        secret: z.boolean(),
        value: z.string().nullable().meta({ description: 'Null for a secret: it is write-only.' }),
      }),
    ),
  })
  .meta({ id: 'Env' })

export const updateEnvSchema = z
  .strictObject({
    set: z
      .record(
        envKeySchema,
        z.strictObject({ value: z.string().max(MAX_ENV_VALUE_CHARACTERS), secret: z.boolean().optional() }),
      )
      .optional(),
    unset: z.array(envKeySchema).max(1000).optional(),
  })
  .refine(
    body => Object.keys(body.set ?? {}).length + (body.unset?.length ?? 0) > 0,
    'must set or unset at least one variable',
  )
  .meta({ id: 'UpdateEnv' })

export const importEnvSchema = z
  .strictObject({
    text: z.string().min(1).max(1_000_000).meta({ description: 'The contents of a .env file.' }),
    secret: z.boolean().optional(),
  })
  .meta({ id: 'ImportEnv' })

export const envChangedSchema = z
  .strictObject({
    version: z.int(),
    changed: z.array(z.string()).optional(),
    deployment: deploymentSchema.nullable().meta({ description: 'Null while the app has no release.' }),
  })
  .meta({ id: 'EnvChanged' })

export const envVersionSchema = z
  .strictObject({
    version: z.int(),
    author: z.string(),
    keys: z.array(z.string()),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'EnvVersion' })

export type Env = z.output<typeof envSchema>
export type EnvChanged = z.output<typeof envChangedSchema>
export type EnvVersion = z.output<typeof envVersionSchema>
