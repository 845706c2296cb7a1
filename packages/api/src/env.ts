import { z } from 'zod'
import { appParamsSchema } from './app.ts'
import { deploymentSchema } from './deployment.ts'

export const MAX_ENV_VALUE_CHARACTERS = 65_536

/** Reserved names (PORT, SEAWORTHY_…) are refused by the server, which knows them. */
export const envKeySchema = z
  .string()
  .max(128)
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'may hold letters, digits and _ only, and not begin with a digit')

export const variableSchema = z.strictObject({
  secret: z.boolean(),
  value: z.string().nullable().meta({ description: 'Null for a secret: it is write-only.' }),
})

export const envSchema = z
  .strictObject({
    version: z.int().meta({ description: "Of the app's own variables; 0 while nothing was ever set." }),
    environment: z.string(),
    shared: z
      .record(z.string(), z.int())
      .meta({ description: 'Versions of the shared variables by environment; `all` is for every one.' }),
    variables: z.record(
      z.string(),
      z.strictObject({
        ...variableSchema.shape,
        from: z
          .enum(['team', 'environment', 'app'])
          .meta({ description: 'Where the value comes from; each wins over the ones before it.' }),
      }),
    ),
  })
  .meta({ id: 'Env' })

export const envVersionNumberSchema = z
  .string()
  .regex(/^v?\d{1,9}$/, 'must be a version such as 3 or v3')
  .transform(text => Number(text.replace('v', '')))
  .meta({ description: '`3` or `v3`; 0 is before the first change.' })

export const baseVersionSchema = z
  .int()
  .min(0)
  .optional()
  .meta({ description: 'The version that the change was made on: 409 when another came after it.' })

export const updateEnvSchema = z
  .strictObject({
    set: z
      .record(
        envKeySchema,
        z.strictObject({ value: z.string().max(MAX_ENV_VALUE_CHARACTERS), secret: z.boolean().optional() }),
      )
      .optional(),
    unset: z.array(envKeySchema).max(1000).optional(),
    protect: z
      .array(envKeySchema)
      .max(1000)
      .optional()
      .meta({ description: 'Variables that become secrets with the value that they have.' }),
    baseVersion: baseVersionSchema,
  })
  .refine(changesSomething, 'must set, unset or protect at least one variable')
  .meta({ id: 'UpdateEnv' })

function changesSomething(body: { set?: object; unset?: unknown[]; protect?: unknown[] }): boolean {
  return Object.keys(body.set ?? {}).length + (body.unset?.length ?? 0) + (body.protect?.length ?? 0) > 0
}

export const importEnvSchema = z
  .strictObject({
    text: z.string().min(1).max(1_000_000).meta({ description: 'The contents of a .env file.' }),
    secret: z.boolean().optional(),
    baseVersion: baseVersionSchema,
  })
  .meta({ id: 'ImportEnv' })

export const restoreEnvSchema = z
  .strictObject({ version: z.int().min(0), baseVersion: baseVersionSchema })
  .meta({ id: 'RestoreEnv' })

export const notesSchema = z.array(z.string()).meta({
  description: 'What to know about the change, for people: a secret that is too short to be hidden in logs.',
})

export const envChangedSchema = z
  .strictObject({
    version: z.int(),
    changed: z.array(z.string()),
    notes: notesSchema,
    deployment: deploymentSchema.nullable().meta({ description: 'Null while the app has no release.' }),
  })
  .meta({ id: 'EnvChanged' })

export const envDifferenceSchema = z.strictObject({
  key: z.string(),
  change: z.enum(['added', 'changed', 'removed']),
  before: variableSchema.nullable(),
  after: variableSchema.nullable(),
})

export const envDiffSchema = z
  .strictObject({ from: z.int(), to: z.int(), changes: z.array(envDifferenceSchema) })
  .meta({ id: 'EnvDiff' })

export const envDiffQuerySchema = z.strictObject({ from: envVersionNumberSchema, to: envVersionNumberSchema })

export const envVersionParamsSchema = z.strictObject({
  ...appParamsSchema.shape,
  version: envVersionNumberSchema,
})

export const envExportSchema = z
  .strictObject({
    version: z.int(),
    text: z.string().meta({ description: 'A .env file; secrets are comments without their values.' }),
  })
  .meta({ id: 'EnvExport' })

export const envKeyParamsSchema = z.strictObject({ ...appParamsSchema.shape, key: envKeySchema })

export const secretReadersSchema = z
  .strictObject({
    key: z.string(),
    secret: z.boolean(),
    from: z.enum(['team', 'environment', 'app']),
    people: z
      .array(
        z.strictObject({
          userId: z.string(),
          name: z.string(),
          email: z.string(),
          can: z
            .array(z.string())
            .meta({ description: 'The actions by which they can make the app use it.' }),
          tokens: z
            .array(z.strictObject({ id: z.string(), name: z.string(), can: z.array(z.string()) }))
            .meta({ description: 'Their API tokens that can do so.' }),
        }),
      )
      .meta({ description: 'Who can make the app use the value: nobody is ever shown a secret.' }),
    uses: z
      .array(
        z.strictObject({
          at: z.iso.datetime(),
          kind: z.enum(['build', 'instance', 'release process', 'run']),
          release: z.int().nullable(),
          process: z.string().nullable(),
          by: z.string().nullable().meta({ description: 'Who asked for it; null: the platform by itself.' }),
        }),
      )
      .meta({ description: 'What was given the value last, newest first, as far as it is kept.' }),
  })
  .meta({ id: 'SecretReaders' })

export const envVersionSchema = z
  .strictObject({
    version: z.int(),
    author: z.string(),
    keys: z.array(z.string()),
    changes: z.array(envDifferenceSchema).meta({ description: 'What is different from the version before.' }),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'EnvVersion' })

export type Env = z.output<typeof envSchema>
export type EnvChanged = z.output<typeof envChangedSchema>
export type EnvDifference = z.output<typeof envDifferenceSchema>
export type EnvDiff = z.output<typeof envDiffSchema>
export type EnvExport = z.output<typeof envExportSchema>
export type SecretReaders = z.output<typeof secretReadersSchema>
export type EnvVersion = z.output<typeof envVersionSchema>
