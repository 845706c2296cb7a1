/** The one client of the API. What it learns about the connection and the session goes to the connection store. */
import { type ApiClient, ApiError, ApiUnreachable, createClient } from '@seaworthy/api/client'
import { connection } from './connection.ts'

export type { DataOf, EventOf, ItemOf } from '@seaworthy/api/client'
export { ApiError, ApiUnreachable }

const bare = createClient({})

export const client: Pick<ApiClient, 'call' | 'page' | 'all' | 'stream'> = {
  call: (async (...args: Parameters<typeof bare.call>) => watched(bare.call(...args))) as typeof bare.call,
  page: (async (...args: Parameters<typeof bare.page>) => watched(bare.page(...args))) as typeof bare.page,
  all: (...args) => watchedAll(bare.all(...args)),
  stream: (...args) => bare.stream(...args),
}

/** For what nobody waits for: its outcome says nothing to whoever looks at the page. */
export const quietClient: Pick<ApiClient, 'call'> = { call: bare.call.bind(bare) }

/** Passes the outcome on, and notes what it says about the connection. */
export async function watched<Answer>(asking: Promise<Answer>): Promise<Answer> {
  try {
    const answer = await asking
    connection.found()
    return answer
  } catch (error) {
    noteFailure(error)
    throw error
  }
}

async function* watchedAll<Item>(items: AsyncIterable<Item>): AsyncIterable<Item> {
  try {
    yield* items
  } catch (error) {
    noteFailure(error)
    throw error
  }
}

export function noteFailure(error: unknown): void {
  if (isUnreachable(error)) connection.lost()
  else if (error instanceof ApiError) {
    connection.found()
    if (error.status === 401 && error.code === 'sign_in_required') connection.sessionEnded()
  }
}

/** Nobody answered, or only a proxy whose platform is gone. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof ApiUnreachable) return true
  return error instanceof ApiError && error.code === 'UNKNOWN' && [502, 503, 504].includes(error.status)
}
