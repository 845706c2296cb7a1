import { useQueryClient } from '@tanstack/react-query'
import { ApiError } from '../api/client.ts'
import { connection } from '../api/connection.ts'
import { type Identity, keys } from '../api/queries.ts'

/** What every way of signing in does once it worked. */
export function useSignedIn(onDone: () => void): (session: { identity: Identity }) => void {
  const queryClient = useQueryClient()
  return ({ identity }) => {
    queryClient.setQueryData(keys.session, identity)
    connection.signedIn()
    onDone()
  }
}

/** The token for the step of the code; undefined where something else went wrong. */
export function pendingTokenOf(error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.code !== 'second_factor_needed') return undefined
  return String(error.problem.pendingToken)
}
