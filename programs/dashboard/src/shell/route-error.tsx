import { useQueryErrorResetBoundary } from '@tanstack/react-query'
import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { LoaderCircle } from 'lucide-react'
import { useEffect } from 'react'
import { isUnreachable } from '../api/client.ts'
import { useConnection } from '../api/connection.ts'
import { buttonLook } from '../components/button.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorView } from '../components/error-view.tsx'
import { words } from '../words/en.ts'
import { useRecovery } from './connection-banner.tsx'

/** Stands where a page failed; the rest of the dashboard goes on. */
export function RouteError({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  const boundary = useQueryErrorResetBoundary()
  const retry = () => {
    boundary.reset()
    reset()
    void router.invalidate()
  }
  if (isUnreachable(error)) return <WaitForPlatform onBack={retry} />
  return <ErrorView error={error as Error} onRetry={retry} />
}

function WaitForPlatform({ onBack }: { onBack(): void }) {
  const { lostSince } = useConnection()
  useRecovery(lostSince !== undefined)
  useEffect(() => {
    if (lostSince === undefined) onBack()
  })
  return (
    <EmptyState icon={<LoaderCircle className="animate-spin" />} title={words.connection.waiting}>
      <p>{words.connection.waitingAbout}</p>
    </EmptyState>
  )
}

export function NotFoundPage() {
  return (
    <EmptyState title={words.errors.missing}>
      <p className="mb-4">{words.errors.pageMissing}</p>
      <Link to="/" className={buttonLook('main')}>
        {words.errors.backToApps}
      </Link>
    </EmptyState>
  )
}
