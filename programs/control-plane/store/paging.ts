import type { SelectQueryBuilder, Simplify } from 'kysely'

/** One page of a list. */
export interface Page<Item> {
  items: Item[]
  /** Of all pages together. */
  total: number
}

export interface PageRequest {
  /** From 1. */
  page?: number
  /** At most 100; 20 when not told. */
  limit?: number
}

export const MAX_PAGE_LIMIT = 100
const DEFAULT_LIMIT = 20

/** What to skip and take. Values out of bounds are brought into them: the API has refused them before. */
export function pageBounds({ page = 1, limit = DEFAULT_LIMIT }: PageRequest): {
  offset: number
  limit: number
} {
  const size = Math.min(MAX_PAGE_LIMIT, Math.max(1, Math.trunc(limit) || DEFAULT_LIMIT))
  return { offset: (Math.max(1, Math.trunc(page) || 1) - 1) * size, limit: size }
}

/** One page of what a query selects in its order, and how much it would select in all. */
export async function fetchPage<Tables, Names extends keyof Tables, Row>(
  query: SelectQueryBuilder<Tables, Names, Row>,
  request: PageRequest,
): Promise<Page<Simplify<Row>>> {
  const { offset, limit } = pageBounds(request)
  const items = await query.offset(offset).limit(limit).execute()
  const { total } = await query
    .clearSelect()
    .clearOrderBy()
    .select(eb => eb.fn.countAll<number>().as('total'))
    .$castTo<{ total: number }>() // the compiler cannot see through the generic table
    .executeTakeFirstOrThrow()
  return { items, total }
}
