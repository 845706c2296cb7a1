import type { DBAdapter, DBTransactionAdapter, Where } from 'better-auth/types'
import { tokenHash } from './token-hash.ts'

/** What opens a door by itself, by table of better-auth: only its hash reaches the database. */
const HASHED_FIELDS: Readonly<Record<string, string>> = {
  session: 'token',
  // The names of one-time values are what a link, a cookie or a challenge carries.
  verification: 'identifier',
  deviceCode: 'deviceCode',
}

/**
 * Hashes tokens on their way into the database and in every condition on them. A row that was found by its token, or
 * just made with one, tells that token again, as better-auth expects; any other row tells the hash, which is worth
 * nothing: looked up, it would be hashed once more.
 */
export function withHashedTokens(adapter: DBAdapter): DBAdapter {
  return {
    ...adapter,
    ...hashedMethods(adapter),
    transaction: work => adapter.transaction(inner => work({ ...inner, ...hashedMethods(inner) })),
  }
}

type Methods = Pick<
  DBTransactionAdapter,
  | 'create'
  | 'findOne'
  | 'findMany'
  | 'count'
  | 'update'
  | 'updateMany'
  | 'delete'
  | 'deleteMany'
  | 'consumeOne'
  | 'incrementOne'
>

function hashedMethods(adapter: DBTransactionAdapter): Methods {
  return {
    create: async input => {
      const row = await adapter.create({ ...input, data: hashedValues(input.model, input.data) })
      return withToken(row, input.model, input.data[HASHED_FIELDS[input.model] ?? '']) as never
    },
    findOne: async input => found(await adapter.findOne(hashedWhere(input)), input) as never,
    findMany: async input => {
      const rows = await adapter.findMany(hashedWhere(input))
      return rows.map(row => found(row, input)) as never
    },
    count: input => adapter.count(hashedWhere(input)),
    update: async input => found(await adapter.update(hashedChange(input)), input) as never,
    updateMany: input => adapter.updateMany(hashedChange(input)),
    delete: input => adapter.delete(hashedWhere(input)),
    deleteMany: input => adapter.deleteMany(hashedWhere(input)),
    consumeOne: async input => found(await adapter.consumeOne(hashedWhere(input)), input) as never,
    incrementOne: async input => found(await adapter.incrementOne(hashedWhere(input)), input) as never,
  }
}

interface Conditions {
  model: string
  where?: Where[] | undefined
}

function hashedWhere<Input extends Conditions>(input: Input): Input {
  const field = HASHED_FIELDS[input.model]
  if (field === undefined || !input.where) return input
  const where = input.where.map(condition =>
    condition.field === field ? { ...condition, value: hashedValue(condition.value) } : condition,
  )
  return { ...input, where }
}

function hashedChange<Input extends Conditions & { update: Record<string, unknown> }>(input: Input): Input {
  return { ...hashedWhere(input), update: hashedValues(input.model, input.update) }
}

function hashedValues<Values extends object>(model: string, values: Values): Values {
  const field = HASHED_FIELDS[model]
  return field === undefined || !(field in values)
    ? values
    : { ...values, [field]: hashedValue(values[field as keyof Values]) }
}

function hashedValue<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(hashedValue) as Value
  return typeof value === 'string' ? (tokenHash(value) as Value) : value
}

/** The row with the token that it was looked for by, if it was. */
function found(row: unknown, { model, where }: Conditions): unknown {
  const asked = where?.find(
    ({ field, operator }) => field === HASHED_FIELDS[model] && (operator ?? 'eq') === 'eq',
  )
  return withToken(row, model, asked?.value)
}

function withToken(row: unknown, model: string, token: unknown): unknown {
  const field = HASHED_FIELDS[model]
  if (field === undefined || token === undefined || !row || !(field in (row as object))) return row
  return { ...row, [field]: token }
}
