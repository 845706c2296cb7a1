import { useQuery } from '@tanstack/react-query'
import { queries } from '../api/queries.ts'

/** Whether the viewer may administer the platform; false while that is not known. */
export function usePlatformAdmin(): boolean {
  const { data } = useQuery({ ...queries.account(), throwOnError: false })
  return data?.platformRole === 'admin'
}
