import { z } from 'zod'

/** A setting of the platform, read from the environment when it starts. */
export const settingSchema = z
  .strictObject({
    name: z.string().meta({ description: 'The environment variable; also as NAME_FILE.' }),
    description: z.string(),
    value: z.string().nullable().meta({ description: 'Null: nothing is set, or it is secret.' }),
    default: z.string().nullable(),
    source: z.enum(['environment', 'file', 'default', 'unset']),
    isSecret: z.boolean(),
  })
  .meta({ id: 'Setting' })

export type Setting = z.output<typeof settingSchema>
