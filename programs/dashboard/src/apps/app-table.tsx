import { Link } from '@tanstack/react-router'
import { ExternalLink } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { patiently } from '../api/patiently.ts'
import type { App } from '../api/queries.ts'
import type { AppFigures } from '../api/sight-queries.ts'
import { State } from '../components/badge.tsx'
import { Name } from '../components/name.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { words } from '../words/en.ts'
import type { FiguresBySlug } from './app-list.ts'
import { Cell, FigureCells } from './figure-cells.tsx'

/** More rows than this are drawn only where one looks. */
const DRAW_ALL_UP_TO = 60

const LongList = lazy(patiently(() => import('./long-list.tsx')))

const GRID =
  'lg:grid lg:grid-cols-[minmax(11rem,1.6fr)_6rem_minmax(9rem,1fr)_4.5rem_4.5rem_8rem_minmax(8rem,0.9fr)] lg:items-center lg:gap-4'

interface AppTableProps {
  apps: readonly App[]
  figures: FiguresBySlug | undefined
}

export function AppTable({ apps, figures }: AppTableProps) {
  const head = words.apps.columns
  return (
    <div>
      <div aria-hidden className={`hidden px-5 py-2.5 text-xs font-medium text-soft ${GRID}`}>
        <span>{head.app}</span>
        <span>{head.state}</span>
        <span>{head.traffic}</span>
        <span className="text-right">{head.p95}</span>
        <span className="text-right">{head.errors}</span>
        <span>{head.memory}</span>
        <span>{head.deployed}</span>
      </div>
      {apps.length <= DRAW_ALL_UP_TO ? (
        <ul aria-label={words.apps.title}>
          {apps.map(app => (
            <li key={app.id} className="border-t border-line first:max-lg:border-t-0">
              <AppRow app={app} figures={figures?.get(app.slug)} />
            </li>
          ))}
        </ul>
      ) : (
        <Suspense fallback={<RowsSkeleton rows={12} />}>
          <LongList apps={apps} figures={figures} />
        </Suspense>
      )}
    </div>
  )
}

export function AppRow({ app, figures }: { app: App; figures: AppFigures | undefined }) {
  const { slug, name, state, url, currentRelease, lastDeployment } = app
  const head = words.apps.columns
  return (
    <div className={`relative px-5 py-3 hover:bg-canvas ${GRID}`}>
      <div className="min-w-0">
        <Link
          to="/apps/$slug"
          params={{ slug }}
          className="block truncate font-medium after:absolute after:inset-0 after:content-['']"
        >
          <Name>{name}</Name>
        </Link>
        <a
          href={url}
          target="_blank"
          rel="noreferrer"
          className="relative z-10 inline-flex max-w-full items-center gap-1 text-sm text-soft hover:text-accent hover:underline"
        >
          <span className="truncate">{new URL(url).host}</span>
          <ExternalLink aria-hidden className="size-3 shrink-0" />
        </a>
      </div>
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 lg:contents">
        <Cell name={head.state}>
          <State state={state} />
        </Cell>
        <FigureCells figures={figures} />
        <Cell name={head.deployed}>
          <LastDeployment deployment={lastDeployment} version={currentRelease?.version} />
        </Cell>
      </div>
    </div>
  )
}

function LastDeployment({
  deployment,
  version,
}: {
  deployment: App['lastDeployment']
  version: number | undefined
}) {
  if (!deployment) return <span className="text-soft">{words.apps.neverDeployed}</span>
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 text-soft">
      {deployment.state !== 'succeeded' && <State state={deployment.state} />}
      {version !== undefined && <span className="text-ink tabular-nums">v{version}</span>}
      <Time at={deployment.createdAt} />
    </span>
  )
}
