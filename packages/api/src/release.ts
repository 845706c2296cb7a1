import { z } from 'zod'

/** What the release's manifest said, defaults filled in. */
const releaseSettingsSchema = z.strictObject({
  build: z
    .looseObject({
      command: z.string().optional(),
      output: z.string().optional(),
      node: z.string().optional(),
      builder: z.string().optional(),
      dockerfile: z.string().optional(),
      memoryMb: z.int().optional(),
      before: z.array(z.string()).optional(),
      after: z.array(z.string()).optional(),
    })
    .nullable()
    .meta({ description: 'Null in releases of earlier platforms.' }),
  health: z.looseObject({
    path: z.string().optional(),
    intervalSeconds: z.int().optional(),
    timeoutSeconds: z.int().optional(),
    failuresUntilReplaced: z.int().optional(),
  }),
  idle: z.looseObject({ sleepAfterMinutes: z.int().optional() }),
  volumes: z.record(z.string(), z.string()),
  static: z.looseObject({ root: z.string(), spa: z.boolean() }).nullable(),
  image: z.string().nullable(),
})

export const releaseSchema = z
  .strictObject({
    id: z.string(),
    version: z.int(),
    current: z.boolean(),
    artifactDigest: z.string(),
    envVersion: z.int(),
    sharedEnvVersions: z
      .record(z.string(), z.int())
      .meta({ description: 'Of the shared variables, by environment; `all` is for every one.' }),
    processes: z.record(z.string(), z.string()),
    settings: releaseSettingsSchema.optional(),
    runtime: z.string().nullable().meta({ description: '`node 22.11.0`, `python 3.11`, `static`' }),
    reason: z.enum(['deploy', 'rollback', 'env', 'settings']),
    rollbackOf: z.int().nullable(),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Release' })

export const releaseParamsSchema = z.strictObject({
  slug: z.string().min(1).max(64).meta({ description: "The app's slug." }),
  version: z
    .string()
    .regex(/^v?\d{1,9}$/, 'must be a release such as 3 or v3')
    .transform(text => Number(text.replace('v', '')))
    .meta({ description: '`3` or `v3`' }),
})

export type Release = z.output<typeof releaseSchema>
