import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link, Outlet } from '@tanstack/react-router'
import { ChevronRight, ExternalLink, UploadCloud } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { patiently } from '../api/patiently.ts'
import { queries } from '../api/queries.ts'
import { State } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Name } from '../components/name.tsx'
import { PageHeader } from '../components/page-header.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { TabLinks } from '../components/tabs.tsx'
import { DropTarget } from '../deploy/drop-target.tsx'
import type { Dropped } from '../deploy/dropped-files.ts'
import { accessWords } from '../words/en/access.ts'
import { domainWords } from '../words/en/domains.ts'
import { fileWords } from '../words/en/files.ts'
import { sightWords } from '../words/en/sight.ts'
import { terminalWords } from '../words/en/terminal.ts'
import { words } from '../words/en.ts'
import { whyNot } from './why-not.ts'

const DeployDialog = lazy(patiently(() => import('../deploy/deploy-dialog.tsx')))
const route = getRouteApi('/inside/apps/$slug')

const TABS = [
  { to: '/apps/$slug', label: words.app.tabs.overview, exact: true },
  { to: '/apps/$slug/deployments', label: words.app.tabs.deployments },
  { to: '/apps/$slug/releases', label: words.app.tabs.releases },
  { to: '/apps/$slug/logs', label: words.app.tabs.logs },
  { to: '/apps/$slug/requests', label: sightWords.requests.tab },
  { to: '/apps/$slug/visits', label: sightWords.visits.tab },
  { to: '/apps/$slug/files', label: fileWords.tab },
  { to: '/apps/$slug/terminal', label: terminalWords.tab },
  { to: '/apps/$slug/domains', label: domainWords.tab },
  { to: '/apps/$slug/env', label: words.app.tabs.env },
  { to: '/apps/$slug/access', label: accessWords.tab },
  { to: '/apps/$slug/settings', label: words.app.tabs.settings },
] as const

/** The head of all pages of one app; the pages themselves stand below it. */
export function AppLayout() {
  const { slug } = route.useParams()
  const { data: app } = useSuspenseQuery(queries.app(slug))
  const [deploying, setDeploying] = useState<{ dropped?: Dropped } | undefined>()
  const reason = whyNot('deploy', app)
  return (
    <DropTarget whole onDrop={dropped => reason === undefined && setDeploying({ dropped })}>
      <PageHeader
        title={app.name}
        heading={
          <span className="flex flex-wrap items-center gap-3">
            <Name>{app.name}</Name>
            <State state={app.state} />
          </span>
        }
        above={
          <nav aria-label={words.app.path} className="flex items-center gap-1">
            <Link to="/" className="hover:text-ink hover:underline">
              {words.nav.apps}
            </Link>
            <ChevronRight aria-hidden className="size-3.5" />
            <span>{slug}</span>
          </nav>
        }
        about={
          <a
            href={app.url}
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1.5 hover:text-accent hover:underline"
          >
            {new URL(app.url).host}
            <ExternalLink aria-hidden className="size-3.5" />
          </a>
        }
        actions={
          <Button
            look="main"
            icon={<UploadCloud aria-hidden className="size-4" />}
            whyNot={reason}
            onClick={() => setDeploying({})}
          >
            {words.apps.deploy}
          </Button>
        }
      />
      <div className="mb-6 border-b border-line">
        <TabLinks label={words.app.pages} tabs={TABS.map(tab => ({ ...tab, params: { slug } }))} />
      </div>
      <Suspense fallback={<PageSkeleton />}>
        <Outlet />
      </Suspense>
      {deploying && (
        <Suspense fallback={null}>
          <DeployDialog app={app} {...deploying} onClose={() => setDeploying(undefined)} />
        </Suspense>
      )}
    </DropTarget>
  )
}
