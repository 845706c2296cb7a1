import { z } from 'zod'

/** A page of the dashboard that failed in somebody's browser: what the report shows, so that the log has it too. */
export const pageFailureSchema = z
  .strictObject({
    id: z
      .string()
      .regex(/^[a-z0-9]{6,40}$/)
      .meta({ description: 'What the page told its reader to name.' }),
    message: z.string().max(500),
    page: z.string().max(300).meta({ description: 'The path, without what may be secret behind it.' }),
    stack: z.string().max(4000).optional(),
  })
  .meta({ id: 'PageFailure' })
