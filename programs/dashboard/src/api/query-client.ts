import { QueryClient } from '@tanstack/react-query'
import { ApiError } from './client.ts'

/** What a refusal means will be the same a second later; only silence is worth asking again. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        retry: (failures, error) => !(error instanceof ApiError) && failures < 1,
        retryDelay: 300,
        // What is known stays on the page while the platform does not answer.
        throwOnError: (_, query) => query.state.data === undefined,
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })
}
