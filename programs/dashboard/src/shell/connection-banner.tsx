import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { LoaderCircle } from 'lucide-react'
import { useEffect } from 'react'
import { connection, useConnection } from '../api/connection.ts'
import { answers, KNOCK_MS } from '../api/knock.ts'
import { clockTime } from '../text/times.ts'
import { words } from '../words/en.ts'

/** Says that the platform does not answer, knocks until it does, and then brings everything up to date. */
export function ConnectionBanner() {
  const { lostSince } = useConnection()
  useRecovery(lostSince !== undefined)
  return (
    <div role="status">
      {lostSince !== undefined && (
        <div className="flex items-center gap-3 border-b border-line bg-warn-soft px-5 py-2 text-sm text-warn">
          <LoaderCircle aria-hidden className="size-4 shrink-0 animate-spin" />
          <p>
            {words.connection.lost(clockTime(lostSince))} {words.connection.retrying}
          </p>
        </div>
      )}
    </div>
  )
}

export function useRecovery(lost: boolean): void {
  const queryClient = useQueryClient()
  const router = useRouter()
  useEffect(() => {
    if (!lost) return
    const timer = setInterval(async () => {
      if (!(await answers())) return
      connection.found()
      await queryClient.invalidateQueries()
      await router.invalidate()
    }, KNOCK_MS)
    return () => clearInterval(timer)
  }, [lost, queryClient, router])
}
