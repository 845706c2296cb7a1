/** Doing something: asks the API (after a confirmation of who one is where it needs that), says what went wrong, refreshes what it changed. */
import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
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
}

export function useAction<Input = void, Result = unknown>(options: ActionOptions<Input, Result>) {
  const queryClient = useQueryClient()
  const toasts = useToasts()
  return useMutation<Result, Error, Input>({
    mutationFn: input => withFreshSignIn(() => options.run(input)),
    async onSuccess(result, input) {
      for (const queryKey of options.refresh ?? []) void queryClient.invalidateQueries({ queryKey })
      options.onDone?.(result, input)
    },
    onError(error) {
      if (!options.quiet && !isSaidBetter(error) && !isUnreachable(error))
        toasts.show({ tone: 'bad', text: error.message })
    },
  })
}

/** The dialogs that ask to sign in, or to confirm who one is, say it better. */
function isSaidBetter(error: unknown): boolean {
  return needsFreshSignIn(error) || (error instanceof ApiError && error.code === 'sign_in_required')
}
