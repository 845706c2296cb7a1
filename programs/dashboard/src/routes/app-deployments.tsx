import { useInfiniteQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect } from 'react'
import { type Deployment, queries } from '../api/queries.ts'
import { useCurrentApp } from '../app/current-app.ts'
import { State } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { ApprovalRuleCard } from '../deployment/approval-rule.tsx'
import { WaitingList } from '../deployment/waiting-list.tsx'
import { inertLine } from '../text/inert.ts'
import { duration } from '../text/times.ts'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

export function AppDeployments() {
  const app = useCurrentApp()
  const { slug, lastDeployment } = app
  const { data, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery(
    queries.deployments(slug),
  )
  // The app is asked often and says when its newest deployment moved on; the list need not be asked as well.
  const newest = lastDeployment && `${lastDeployment.number} ${lastDeployment.state}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: `newest` is what it waits for
  useEffect(() => void refetch(), [newest, refetch])
  if (!data) return <RowsSkeleton />
  const deployments = data.pages.flatMap(page => page.data)
  if (deployments.length === 0) return <EmptyState title={pageWords.deployments.none} />
  return (
    <div className="grid gap-6">
      <WaitingList slug={slug} />
      <Card flush>
        <ul className="divide-y divide-line">
          {deployments.map(deployment => (
            <li key={deployment.id}>
              <Row slug={slug} deployment={deployment} />
            </li>
          ))}
        </ul>
        {hasNextPage && (
          <div className="border-t border-line p-3 text-center">
            <Button look="quiet" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              {words.more}
            </Button>
          </div>
        )}
      </Card>
      <ApprovalRuleCard app={app} />
    </div>
  )
}

function Row({ slug, deployment }: { slug: string; deployment: Deployment }) {
  const { number, state, reason, release, error, createdAt, createdBy, startedAt, finishedAt } = deployment
  const took = startedAt && finishedAt && duration(Date.parse(finishedAt) - Date.parse(startedAt))
  return (
    <Link
      to="/apps/$slug/deployments/$number"
      params={{ slug, number: String(number) }}
      className="grid gap-x-4 gap-y-1 px-5 py-3 hover:bg-canvas sm:grid-cols-[4rem_8rem_1fr_auto] sm:items-center"
    >
      <span className="font-medium tabular-nums">#{number}</span>
      <span>
        <State state={state} />
      </span>
      <span className="min-w-0">
        {words.reasons[reason]}
        {release !== null && <span className="text-soft"> → v{release}</span>}
        {error && <span className="block truncate text-sm text-bad">{inertLine(error.message)}</span>}
      </span>
      <span className="text-sm text-soft sm:text-right">
        <Time at={createdAt} />
        {took && ` · ${took}`}
        <span className="block max-w-48 truncate">{inertLine(createdBy)}</span>
      </span>
    </Link>
  )
}
