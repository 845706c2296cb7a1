import { Outlet } from '@tanstack/react-router'
import { Suspense } from 'react'
import { PageHeader } from '../components/page-header.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { TabLinks } from '../components/tabs.tsx'
import { accountWords as words } from '../words/en/account.ts'

/** Around the pages about oneself. */
export function AccountLayout() {
  return (
    <>
      <PageHeader title={words.title} />
      <div className="mb-6 border-b border-line">
        <TabLinks
          label={words.pages}
          tabs={[
            { to: '/account', label: words.tabs.profile, exact: true },
            { to: '/account/security', label: words.tabs.security },
            { to: '/account/sessions', label: words.tabs.sessions },
            { to: '/account/data', label: words.tabs.data },
          ]}
        />
      </div>
      <div className="grid max-w-3xl gap-6">
        <Suspense fallback={<PageSkeleton />}>
          <Outlet />
        </Suspense>
      </div>
    </>
  )
}
