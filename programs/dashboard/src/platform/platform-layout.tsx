import { useSuspenseQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { Suspense } from 'react'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import { queries } from '../api/queries.ts'
import { PageHeader } from '../components/page-header.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { TabLinks } from '../components/tabs.tsx'
import { platformWords } from '../words/en/platform.ts'

const { tabs } = platformWords

const TABS = [
  { to: '/platform', label: tabs.health, exact: true },
  { to: '/platform/disk', label: tabs.disk, forAdmins: true },
  { to: '/platform/jobs', label: tabs.jobs, forAdmins: true },
  { to: '/platform/trash', label: tabs.trash },
  { to: '/platform/settings', label: tabs.settings, forAdmins: true },
] as const

/** The head of all pages about the platform; the pages themselves stand below it. */
export function PlatformLayout() {
  const { data: status } = useSuspenseQuery(queries.status())
  const isAdmin = usePlatformAdmin()
  return (
    <>
      <PageHeader title={platformWords.title} about={platformWords.about(status.version)} />
      <div className="mb-6 border-b border-line">
        <TabLinks label={platformWords.pages} tabs={TABS.filter(tab => isAdmin || !('forAdmins' in tab))} />
      </div>
      <Suspense fallback={<PageSkeleton />}>
        <Outlet />
      </Suspense>
    </>
  )
}
