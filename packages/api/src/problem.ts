/** Errors: RFC 9457 `application/problem+json` with our own members. */
import { z } from 'zod'

export const fieldErrorSchema = z
  .strictObject({
    /** `body.slug`, `query.limit`, `params.number` */
    path: z.string(),
    message: z.string(),
  })
  .meta({ id: 'FieldError' })

export const problemSchema = z
  .looseObject({
    success: z.literal(false),
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: 'Stable; scripts may rely on it.' }),
    errors: z.array(fieldErrorSchema).optional(),
    requestId: z.string(),
    timestamp: z.iso.datetime().optional(),
  })
  .meta({ id: 'Problem' })

export type FieldError = z.output<typeof fieldErrorSchema>
export type Problem = z.output<typeof problemSchema>
