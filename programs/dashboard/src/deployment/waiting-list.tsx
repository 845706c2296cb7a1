import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { deploymentQueries } from '../api/deployment-queries.ts'
import type { Deployment } from '../api/queries.ts'
import { State } from '../components/badge.tsx'
import { Card } from '../components/card.tsx'
import { inertLine } from '../text/inert.ts'
import { fullTime, utcTime } from '../text/times.ts'
import { deploymentWords as words } from '../words/en/deployments.ts'
import { words as common } from '../words/en.ts'

/** What waits for somebody's word or for its time, however long the list below is. */
export function WaitingList({ slug }: { slug: string }) {
  const { data: waiting = [] } = useQuery(deploymentQueries.waiting(slug))
  if (waiting.length === 0) return null
  return (
    <Card title={words.list} about={words.listAbout} flush>
      <ul className="divide-y divide-line">
        {waiting.map(deployment => (
          <li key={deployment.id}>
            <Row slug={slug} deployment={deployment} />
          </li>
        ))}
      </ul>
    </Card>
  )
}

function Row({ slug, deployment }: { slug: string; deployment: Deployment }) {
  const { number, state, reason, scheduledAt, createdBy } = deployment
  return (
    <Link
      to="/apps/$slug/deployments/$number"
      params={{ slug, number: String(number) }}
      className="flex flex-wrap items-center gap-x-4 gap-y-1 px-5 py-3 hover:bg-canvas"
    >
      <span className="font-medium tabular-nums">#{number}</span>
      <State state={state} />
      <span className="flex-1">
        {common.reasons[reason]} <span className="text-soft">· {inertLine(createdBy)}</span>
      </span>
      {scheduledAt !== null && (
        <time dateTime={scheduledAt} title={utcTime(Date.parse(scheduledAt))} className="text-sm text-soft">
          {fullTime(Date.parse(scheduledAt))}
        </time>
      )}
    </Link>
  )
}
