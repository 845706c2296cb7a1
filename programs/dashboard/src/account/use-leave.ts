import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'

/** To a page for those who are not signed in, forgetting what was known. */
export function useLeave(): (to?: '/sign-in' | '/sign-in/deleted', hash?: string) => Promise<void> {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  return async (to = '/sign-in', hash) => {
    await navigate({ to, ...(hash && { hash }) })
    queryClient.clear()
  }
}
