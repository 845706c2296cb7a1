import { z } from 'zod'

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
