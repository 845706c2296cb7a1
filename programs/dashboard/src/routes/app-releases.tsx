import { useInfiniteQuery } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import { type App, queries, type Release } from '../api/queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { whyNot } from '../app/why-not.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { RollbackDialog } from '../deployment/rollback-dialog.tsx'
import { inertLine } from '../text/inert.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

export function AppReleases() {
  const app = useCurrentApp()
  const { data, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    queries.releases(app.slug),
  )
  const [target, setTarget] = useState<number>()
  const current = app.currentRelease?.version
  // biome-ignore lint/correctness/useExhaustiveDependencies: another current release means another list
  useEffect(() => void refetch(), [current, refetch])
  if (!data) return <RowsSkeleton />
  const releases = data.pages.flatMap(page => page.data)
  if (releases.length === 0)
    return <EmptyState title={pageWords.releases.none}>{pageWords.releases.noneAbout}</EmptyState>
  return (
    <Card flush>
      <ul className="divide-y divide-line">
        {releases.map(release => (
          <Row key={release.id} app={app} release={release} onRollBack={() => setTarget(release.version)} />
        ))}
      </ul>
      {hasNextPage && (
        <div className="border-t border-line p-3 text-center">
          <Button look="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {words.more}
          </Button>
        </div>
      )}
      {target !== undefined && (
        <RollbackDialog app={app} version={target} onClose={() => setTarget(undefined)} />
      )}
    </Card>
  )
}

function Row({ app, release, onRollBack }: { app: App; release: Release; onRollBack(): void }) {
  const { version, current, reason, rollbackOf, runtime, envVersion, createdAt, createdBy } = release
  return (
    <li className="grid gap-x-4 gap-y-2 px-5 py-3 sm:grid-cols-[4rem_1fr_auto_11rem] sm:items-center">
      <span className="font-semibold tabular-nums">v{version}</span>
      <span className="min-w-0">
        {words.reasons[reason]}
        {rollbackOf !== null && ` → v${rollbackOf}`}
        <span className="block text-sm text-soft">
          {[runtime && inertLine(runtime), envVersion > 0 && pageWords.releases.env(envVersion)]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      <span className="text-sm text-soft sm:text-right">
        <Time at={createdAt} />
        <span className="block max-w-48 truncate">{inertLine(createdBy)}</span>
      </span>
      <span className="sm:text-right">
        {current ? (
          <Badge tone="good">{pageWords.releases.current}</Badge>
        ) : (
          <Button
            size="small"
            icon={<Undo2 aria-hidden className="size-4" />}
            whyNot={whyNot('rollback', app)}
            onClick={onRollBack}
          >
            {pageWords.releases.rollBackTo(version)}
          </Button>
        )}
      </span>
    </li>
  )
}
