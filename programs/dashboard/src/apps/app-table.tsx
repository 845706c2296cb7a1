import { Link } from '@tanstack/react-router'
import { ExternalLink } from 'lucide-react'
import { lazy, type ReactNode, Suspense } from 'react'
import type { App } from '../api/queries.ts'
import { State } from '../components/badge.tsx'
import { Name } from '../components/name.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { words } from '../words/en.ts'

/** More rows than this are drawn only where one looks. */
const DRAW_ALL_UP_TO = 60

const LongList = lazy(() => import('./long-list.tsx'))

const GRID =
  'md:grid md:grid-cols-[minmax(12rem,2fr)_7rem_7rem_minmax(9rem,1.2fr)_8rem] md:items-center md:gap-4'

export function AppTable({ apps }: { apps: readonly App[] }) {
  const head = words.apps.columns
  return (
    <div>
      <div aria-hidden className={`hidden px-5 py-2.5 text-xs font-medium text-soft ${GRID}`}>
        <span>{head.app}</span>
        <span>{head.state}</span>
        <span>{head.release}</span>
        <span>{head.deployed}</span>
        <span>{head.requested}</span>
      </div>
      {apps.length <= DRAW_ALL_UP_TO ? (
        <ul aria-label={words.apps.title}>
          {apps.map(app => (
            <li key={app.id} className="border-t border-line first:max-md:border-t-0">
              <AppRow app={app} />
            </li>
          ))}
        </ul>
      ) : (
        <Suspense fallback={<RowsSkeleton rows={12} />}>
          <LongList apps={apps} />
        </Suspense>
      )}
    </div>
  )
}

export function AppRow({ app }: { app: App }) {
  const { slug, name, state, url, currentRelease, lastDeployment, lastRequestAt } = app
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
      <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 md:contents">
        <Cell name={words.apps.columns.state}>
          <State state={state} />
        </Cell>
        <Cell name={words.apps.columns.release}>
          {currentRelease ? (
            <span className="tabular-nums">v{currentRelease.version}</span>
          ) : (
            <span className="text-soft">{words.apps.noRelease}</span>
          )}
        </Cell>
        <Cell name={words.apps.columns.deployed}>
          <LastDeployment deployment={lastDeployment} />
        </Cell>
        <span className="text-sm text-soft max-md:hidden">
          {lastRequestAt ? <Time at={lastRequestAt} /> : words.apps.noRequest}
        </span>
      </div>
    </div>
  )
}

/** The head of its column, for those who hear the list. */
function Cell({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span className="text-sm">
      <span className="sr-only">{name}: </span>
      {children}
    </span>
  )
}

function LastDeployment({ deployment }: { deployment: App['lastDeployment'] }) {
  if (!deployment) return <span className="text-soft">{words.apps.neverDeployed}</span>
  return (
    <span className="inline-flex flex-wrap items-center gap-2 text-soft">
      {deployment.state !== 'succeeded' && <State state={deployment.state} />}
      <Time at={deployment.createdAt} />
    </span>
  )
}
