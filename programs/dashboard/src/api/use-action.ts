/** Doing something: asks the API (after a confirmation of who one is where it needs that), says what went wrong, refreshes what it changed. */
import { type QueryClient, type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { useToasts } from '../components/toast.tsx'
import { ApiError, isUnreachable } from './client.ts'
import { needsFreshSignIn, withFreshSignIn } from './identity-check.ts'

export interface ActionOptions<Input, Result> {
  run(input: Input): Promise<Result>
  /** What has to be asked again afterwards. */
  refresh?: readonly QueryKey[]
  onDone?(result: Result, input: Input): void
  /** Field errors are shown beside their fields instead of in a toast. */
  quiet?: boolean
  /** What the page shows at once, as if it were done. A refusal takes it back. */
  expect?(input: Input): readonly Expected[]
}

/** How an answer that the page has will look afterwards. */
export interface Expected {
  queryKey: QueryKey
  change(data: never): unknown
}

export function useAction<Input = void, Result = unknown>(options: ActionOptions<Input, Result>) {
  const queryClient = useQueryClient()
  const toasts = useToasts()
  return useMutation<Result, Error, Input, TakeBack>({
    mutationFn: input => withFreshSignIn(() => options.run(input)),
    onMutate: input => showExpected(queryClient, options.expect?.(input) ?? []),
    async onSuccess(result, input) {
      for (const queryKey of options.refresh ?? []) void queryClient.invalidateQueries({ queryKey })
      options.onDone?.(result, input)
    },
    onError(error, _input, takeBack) {
      takeBack?.()
      if (!options.quiet && !isSaidBetter(error) && !isUnreachable(error))
        toasts.show({ tone: 'bad', text: error.message })
    },
  })
}

type TakeBack = () => void

/** Answers that are on their way would show the state before, so they are not waited for. */
async function showExpected(queryClient: QueryClient, expected: readonly Expected[]): Promise<TakeBack> {
  const before = new Map<QueryKey, unknown>()
  for (const { queryKey, change } of expected) {
    await queryClient.cancelQueries({ queryKey, exact: true })
    const data = queryClient.getQueryData(queryKey)
    if (data === undefined) continue
    before.set(queryKey, data)
    queryClient.setQueryData(queryKey, change(data as never))
  }
  return () => {
    for (const [queryKey, data] of before) {
      queryClient.setQueryData(queryKey, data)
      void queryClient.invalidateQueries({ queryKey, exact: true })
    }
  }
}

/** The dialogs that ask to sign in, or to confirm who one is, say it better. */
function isSaidBetter(error: unknown): boolean {
  return needsFreshSignIn(error) || (error instanceof ApiError && error.code === 'sign_in_required')
}
