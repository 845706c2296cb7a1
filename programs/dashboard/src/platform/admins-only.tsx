import { useSuspenseQuery } from '@tanstack/react-query'
import { Lock } from 'lucide-react'
import type { ReactNode } from 'react'
import { queries } from '../api/queries.ts'
import { EmptyState } from '../components/empty-state.tsx'
import { platformWords } from '../words/en/platform.ts'

/** What only administrators of the platform are shown; everybody else is told so. */
export function AdminsOnly({ children }: { children: ReactNode }) {
  const { data } = useSuspenseQuery(queries.account())
  if (data.platformRole === 'admin') return children
  return (
    <EmptyState icon={<Lock aria-hidden />} title={platformWords.adminsOnly}>
      {platformWords.adminsOnlyAbout}
    </EmptyState>
  )
}
