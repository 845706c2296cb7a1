/** Sign-ins for registries of images, and volumes. */
import { z } from 'zod'
import { appParamsSchema, teamSlugSchema } from './app.ts'

export const registriesParamsSchema = z.strictObject({ team: teamSlugSchema })

export const registryParamsSchema = z.strictObject({
  team: teamSlugSchema,
  host: z
    .string()
    .max(255)
    .regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?(?::\d{1,5})?$/, 'must be a host such as ghcr.io')
    .meta({ description: 'As image names begin with it; docker.io for names without a host.' }),
})

export const registrySchema = z
  .strictObject({ host: z.string(), username: z.string(), updatedAt: z.iso.datetime() })
  .meta({ id: 'Registry' })

export const setRegistrySchema = z
  .strictObject({
    username: z.string().min(1).max(255),
    password: z.string().min(1).max(16_384).meta({ description: 'A password or token. Never shown again.' }),
  })
  .meta({ id: 'SetRegistry' })

export const volumeSchema = z
  .strictObject({
    name: z.string(),
    path: z.string().nullable().meta({
      description: 'Where instances of the current release find it; null when it names the volume no more.',
    }),
    sizeBytes: z.int(),
  })
  .meta({ id: 'Volume' })

export const trashedVolumeSchema = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    cause: z.enum(['removed', 'manifest']).meta({
      description:
        '`manifest`: the release that runs names it no more. One that names it again brings it back.',
    }),
    sizeBytes: z.int(),
    deletedAt: z.iso.datetime(),
    purgeAt: z.iso.datetime().meta({ description: 'Gone for good from then on.' }),
  })
  .meta({ id: 'TrashedVolume' })

export const trashedVolumeParamsSchema = z.strictObject({
  ...appParamsSchema.shape,
  id: z.string().min(1).max(64),
})

export type TrashedVolume = z.output<typeof trashedVolumeSchema>
export type Registry = z.output<typeof registrySchema>
export type Volume = z.output<typeof volumeSchema>
