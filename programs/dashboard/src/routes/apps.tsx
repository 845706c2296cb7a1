import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FileInput, Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { patiently } from '../api/patiently.ts'
import { queries } from '../api/queries.ts'
import { AppBrowser } from '../apps/app-browser.tsx'
import { appJobQueries } from '../apps/app-job-queries.ts'
import { summarize } from '../apps/app-list.ts'
import { FirstDeploy } from '../apps/first-deploy.tsx'
import { useFigures } from '../apps/use-figures.ts'
import { Button } from '../components/button.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { DropTarget } from '../deploy/drop-target.tsx'
import type { Dropped } from '../deploy/dropped-files.ts'
import { amount } from '../text/amounts.ts'
import { words } from '../words/en.ts'

const DeployDialog = lazy(patiently(() => import('../deploy/deploy-dialog.tsx')))
const ImportDialog = lazy(patiently(() => import('../apps/import-dialog.tsx')))
const BulkProgress = lazy(patiently(() => import('../apps/bulk-progress.tsx')))

/** Is everything all right? And if not: where? */
export function AppsPage() {
  const { data: apps } = useSuspenseQuery(queries.apps())
  const figures = useFigures()
  const [deploying, setDeploying] = useState<{ dropped?: Dropped } | undefined>()
  const [importing, setImporting] = useState(false)
  return (
    <DropTarget whole onDrop={dropped => setDeploying({ dropped })}>
      <PageHeader
        title={words.apps.title}
        about={apps.length > 0 && <Summary {...summarize(apps, figures)} />}
        actions={
          apps.length > 0 && (
            <>
              <Button icon={<FileInput aria-hidden className="size-4" />} onClick={() => setImporting(true)}>
                {words.apps.import}
              </Button>
              <Button
                look="main"
                icon={<Plus aria-hidden className="size-4" />}
                onClick={() => setDeploying({})}
              >
                {words.apps.deploy}
              </Button>
            </>
          )
        }
      />
      <Jobs />
      {apps.length === 0 ? (
        <FirstDeploy
          onDeploy={dropped => setDeploying(dropped ? { dropped } : {})}
          onImport={() => setImporting(true)}
        />
      ) : (
        <AppBrowser apps={apps} />
      )}
      <Suspense fallback={null}>
        {deploying && <DeployDialog {...deploying} onClose={() => setDeploying(undefined)} />}
        {importing && <ImportDialog onClose={() => setImporting(false)} />}
      </Suspense>
    </DropTarget>
  )
}

/** What is under way for several apps. Nothing of it is loaded while there is none. */
function Jobs() {
  const { data: jobs = [] } = useQuery(appJobQueries.recent())
  if (jobs.length === 0) return null
  return (
    <Suspense fallback={null}>
      <BulkProgress jobs={jobs} />
    </Suspense>
  )
}

function Summary({ total, attention, moving, requestsPerMinute }: ReturnType<typeof summarize>) {
  return (
    <p aria-live="polite">
      {attention > 0 ? (
        <Link
          to="/"
          search={{ show: 'attention' }}
          className="font-medium text-bad underline-offset-2 hover:underline"
        >
          {words.apps.attention(attention)}
        </Link>
      ) : (
        words.apps.allFine(total)
      )}
      {moving > 0 && ` ${words.apps.moving(moving)}`}
      {requestsPerMinute > 0 && ` ${words.apps.traffic(amount(requestsPerMinute))}`}
    </p>
  )
}
