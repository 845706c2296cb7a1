import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { accountQueries } from '../account/account-queries.ts'

/**
 * Whether somebody must set up a second factor before anything else. It stays so until they say that they are done:
 * the recovery codes are on the page when the factor is on already.
 */
export function useFactorDemand(): { demanded: boolean; onDone(): void } {
  const { data } = useQuery({ ...accountQueries.factor(), throwOnError: false })
  const missing = data?.required === true && !data.enabled
  const [demanded, setDemanded] = useState(missing)
  useEffect(() => {
    if (missing) setDemanded(true)
  }, [missing])
  return { demanded, onDone: () => setDemanded(false) }
}
