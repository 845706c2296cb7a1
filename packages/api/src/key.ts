import { z } from 'zod'
import { jobSchema } from './job.ts'

export const keysSchema = z
  .strictObject({
    keys: z
      .array(
        z.strictObject({
          id: z.string(),
          primary: z.boolean().meta({ description: 'Whether new secrets are sealed with it.' }),
          sealed: z.int().meta({ description: 'How many stored secrets it has sealed.' }),
        }),
      )
      .meta({ description: 'The primary first. The keys themselves never leave the key file.' }),
    lastRotation: jobSchema.nullable(),
  })
  .meta({ id: 'Keys' })

export type Keys = z.output<typeof keysSchema>
