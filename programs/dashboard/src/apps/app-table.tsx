import { Link } from '@tanstack/react-router'
import { ExternalLink } from 'lucide-react'
import { lazy, type MouseEvent, memo, Suspense } from 'react'
import { patiently } from '../api/patiently.ts'
import type { App } from '../api/queries.ts'
import type { AppFigures } from '../api/sight-queries.ts'
import { State } from '../components/badge.tsx'
import { Name } from '../components/name.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { inertLine } from '../text/inert.ts'
import { words } from '../words/en.ts'
import type { FiguresBySlug } from './app-list.ts'
import { Cell, FigureCells } from './figure-cells.tsx'
import { TagChips } from './tag-chips.tsx'
import type { ListSelection } from './use-selection.ts'

/** More rows than this are drawn only where one looks. */
const DRAW_ALL_UP_TO = 40

const LongList = lazy(patiently(() => import('./long-list.tsx')))

const GRID =
  'lg:grid lg:grid-cols-[minmax(11rem,1.6fr)_6rem_minmax(9rem,1fr)_4.5rem_4.5rem_8rem_minmax(8rem,0.9fr)] lg:items-center lg:gap-4'

interface AppTableProps {
  apps: readonly App[]
  figures: FiguresBySlug | undefined
  /** Where apps can be chosen. */
  selection?: ListSelection | undefined
}

/** Drawn again when what it shows has changed, and not with every key in the search above it. */
export const AppTable = memo(function AppTable({ apps, figures, selection }: AppTableProps) {
  const head = words.apps.columns
  return (
    <div>
      <div className="hidden items-center lg:flex">
        {selection && (
          <ChoiceBox
            label={words.apps.chooseAll}
            checked={apps.every(({ slug }) => selection.chosen.has(slug))}
            onChoose={selection.chooseAll}
          />
        )}
        <div
          aria-hidden
          className={`min-w-0 flex-1 py-2.5 pr-5 text-xs font-medium text-soft ${selection ? '' : 'pl-5'} ${GRID}`}
        >
          <span>{head.app}</span>
          <span>{head.state}</span>
          <span>{head.traffic}</span>
          <span className="text-right">{head.p95}</span>
          <span className="text-right">{head.errors}</span>
          <span>{head.memory}</span>
          <span>{head.deployed}</span>
        </div>
      </div>
      {apps.length <= DRAW_ALL_UP_TO ? (
        <ul aria-label={words.apps.title}>
          {apps.map(app => (
            <li key={app.id} className="border-t border-line first:max-lg:border-t-0">
              <AppRow
                app={app}
                figures={figures?.get(app.slug)}
                onChoose={selection?.choose}
                chosen={selection?.chosen.has(app.slug)}
              />
            </li>
          ))}
        </ul>
      ) : (
        <Suspense fallback={<RowsSkeleton rows={12} />}>
          <LongList apps={apps} figures={figures} selection={selection} />
        </Suspense>
      )}
    </div>
  )
})

interface AppRowProps {
  app: App
  figures: AppFigures | undefined
  chosen?: boolean | undefined
  onChoose?: ListSelection['choose'] | undefined
}

/** One of hundreds: drawn again only when something of it has changed. */
export const AppRow = memo(function AppRow({ app, figures, chosen = false, onChoose }: AppRowProps) {
  const { slug, name, state, tags, url, currentRelease, lastDeployment } = app
  const head = words.apps.columns
  return (
    <div
      className={`relative flex items-start lg:items-center ${chosen ? 'bg-accent-soft' : 'hover:bg-canvas'}`}
    >
      {onChoose && (
        <ChoiceBox
          label={words.apps.choose(name)}
          checked={chosen}
          onChoose={event => onChoose(slug, event.shiftKey)}
        />
      )}
      <div className={`min-w-0 flex-1 py-3 pr-5 ${onChoose ? '' : 'pl-5'} ${GRID}`}>
        <div className="min-w-0">
          <Link
            to="/apps/$slug"
            params={{ slug }}
            className="block truncate font-medium after:absolute after:inset-0 after:content-['']"
          >
            <Name>{name}</Name>
          </Link>
          <div className="flex flex-wrap items-center gap-x-3 gap-y-0.5">
            <a
              href={url}
              target="_blank"
              rel="noreferrer"
              className="relative z-10 inline-flex max-w-full items-center gap-1 text-sm text-soft hover:text-accent hover:underline"
            >
              <span className="truncate">{hostOf(url)}</span>
              <ExternalLink aria-hidden className="size-3 shrink-0" />
            </a>
            <TagChips tags={tags} />
          </div>
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
    </div>
  )
})

/** `http://shop.example.com:8080/` → `shop.example.com:8080` */
function hostOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//, '').replace(/\/.*$/, '')
}

interface ChoiceBoxProps {
  label: string
  checked: boolean
  onChoose(event: MouseEvent): void
}

/** Space and click choose; with the shift key all from where one was last. */
function ChoiceBox({ label, checked, onChoose }: ChoiceBoxProps) {
  return (
    <label className="relative z-10 flex shrink-0 cursor-pointer items-center py-3.5 pr-3 pl-5 select-none lg:py-2">
      <input
        type="checkbox"
        aria-label={inertLine(label)}
        checked={checked}
        // A click tells of the shift key, a change does not.
        onChange={() => {}}
        onClick={onChoose}
        className="size-4 accent-accent"
      />
    </label>
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
