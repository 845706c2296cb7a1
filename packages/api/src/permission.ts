import { z } from 'zod'

/** What the one who asks may do with the thing shown: true, or the sentence that says why not. */
export const permissionsSchema = z
  .record(z.string(), z.union([z.literal(true), z.string()]))
  .meta({ id: 'Permissions', description: 'By action: true, or why not, as a sentence for people.' })

export type Permissions = z.output<typeof permissionsSchema>
