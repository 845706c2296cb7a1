/** Lists: what a request may ask for, and what the answer says about itself. */
import { z } from 'zod'

export const MAX_PAGE_LIMIT = 100

/** Query numbers arrive as text: `?page=2`. */
export const queryInteger = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max))

const pagingFields = {
  page: queryInteger(1, 1_000_000).optional().meta({ description: 'Page number, from 1.' }),
  limit: queryInteger(1, MAX_PAGE_LIMIT)
    .optional()
    .meta({ description: 'Entries in a page; 20 when missing.' }),
  order: z.enum(['asc', 'desc']).optional(),
}

/** The query of a list that can be sorted by the given fields (the first is the default). */
export function listQuery<const Fields extends readonly [string, ...string[]], Extra extends z.ZodRawShape>(
  sortFields: Fields,
  filters: Extra,
) {
  return z.strictObject({ ...pagingFields, sort: z.enum(sortFields).optional(), ...filters })
}

export const paginationSchema = z
  .strictObject({
    page: z.int(),
    limit: z.int(),
    total: z.int(),
    pages: z.int(),
    hasNext: z.boolean(),
    hasPrev: z.boolean(),
  })
  .meta({ id: 'Pagination' })

export type Pagination = z.output<typeof paginationSchema>

export function paginate({ page, limit, total }: { page: number; limit: number; total: number }): Pagination {
  const pages = Math.ceil(total / limit)
  return { page, limit, total, pages, hasNext: page < pages, hasPrev: page > 1 }
}
