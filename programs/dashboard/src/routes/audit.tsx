import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Download, ScrollText, ShieldCheck } from 'lucide-react'
import { Suspense, useState } from 'react'
import { usePlatformAdmin } from '../access/use-platform-admin.ts'
import { type AuditFilter, teamQueries } from '../api/team-queries.ts'
import { AuditFilters } from '../audit/audit-filters.tsx'
import { AuditList } from '../audit/audit-list.tsx'
import { auditFilter, exportUrl } from '../audit/audit-search.ts'
import { VerifyDialog } from '../audit/verify-dialog.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { Menu, MenuItem, MenuLabel } from '../components/menu.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { Pager } from '../components/pager.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { auditWords } from '../words/en/audit.ts'

const route = getRouteApi('/inside/audit')

export function AuditPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [verifying, setVerifying] = useState(false)
  const isAdmin = usePlatformAdmin()
  const filter = auditFilter(search)
  return (
    <>
      <PageHeader
        title={auditWords.title}
        about={auditWords.about}
        actions={
          <>
            {isAdmin && (
              <Button
                icon={<ShieldCheck aria-hidden className="size-4" />}
                onClick={() => setVerifying(true)}
              >
                {auditWords.verify}
              </Button>
            )}
            <ExportMenu filter={filter} />
          </>
        }
      />
      <AuditFilters
        key={JSON.stringify(filter)}
        search={search}
        onChange={next => void navigate({ search: next })}
      />
      <Suspense fallback={<RowsSkeleton rows={10} />}>
        <Entries
          filter={filter}
          page={search.page ?? 1}
          onGo={page => void navigate({ search: { ...search, page } })}
        />
      </Suspense>
      {verifying && <VerifyDialog onClose={() => setVerifying(false)} />}
    </>
  )
}

interface EntriesProps {
  filter: AuditFilter
  page: number
  onGo(page: number): void
}

function Entries({ filter, page, onGo }: EntriesProps) {
  const { data } = useSuspenseQuery(teamQueries.audit(filter, page))
  return (
    <>
      <p className="mb-2 text-sm text-soft" aria-live="polite">
        {auditWords.total(data.pagination.total)}
      </p>
      <Card flush>
        {data.data.length > 0 ? (
          <AuditList entries={data.data} />
        ) : (
          <EmptyState icon={<ScrollText aria-hidden />} title={auditWords.none}>
            {auditWords.noneAbout}
          </EmptyState>
        )}
      </Card>
      <Pager pagination={data.pagination} onGo={onGo} />
    </>
  )
}

/** The browser fetches the file itself: it may be larger than a page could hold. */
function ExportMenu({ filter }: { filter: AuditFilter }) {
  return (
    <Menu trigger={<Button icon={<Download aria-hidden className="size-4" />}>{auditWords.export}</Button>}>
      <MenuLabel>{auditWords.exportAbout}</MenuLabel>
      {(['csv', 'json'] as const).map(format => (
        <MenuItem key={format} onSelect={() => download(exportUrl(filter, format))}>
          {auditWords.exportAs[format]}
        </MenuItem>
      ))}
    </Menu>
  )
}

function download(url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = ''
  link.click()
}
