import { useSuspenseQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { ChevronLeft } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Job, platformQueries } from '../api/platform-queries.ts'
import { State } from '../components/badge.tsx'
import { Card, Facts } from '../components/card.tsx'
import { useTitle } from '../components/page-header.tsx'
import { Time, useNow } from '../components/time.tsx'
import { DeploymentLink } from '../deployment/deployment-link.tsx'
import { AdminsOnly } from '../platform/admins-only.tsx'
import { AppLink } from '../platform/figure-cards.tsx'
import { JobActions } from '../platform/job-actions.tsx'
import { kindName, lineName, nextRun, starterName, triesText } from '../platform/job-words.ts'
import { inert, inertLine } from '../text/inert.ts'
import { platformWords } from '../words/en/platform.ts'

const route = getRouteApi('/inside/platform/jobs/$id')
const w = platformWords.jobs

/** One job: what it is for, how its tries went, and why it failed. */
export function PlatformJob() {
  const { id } = route.useParams()
  return (
    <AdminsOnly>
      <Link to="/platform/jobs" className="mb-4 inline-flex items-center gap-1 text-soft hover:text-ink">
        <ChevronLeft aria-hidden className="size-4" />
        {w.back}
      </Link>
      <Details id={id} />
    </AdminsOnly>
  )
}

function Details({ id }: { id: string }) {
  const { data: job } = useSuspenseQuery(platformQueries.job(id))
  const rows = useFacts(job)
  useTitle(kindName(job.kind))
  return (
    <div className="grid max-w-3xl gap-6">
      <Card
        title={
          <span className="flex flex-wrap items-center gap-3">
            {kindName(job.kind)} <State state={job.state} />
            {job.cancelRequested && job.state === 'running' && (
              <span className="text-sm font-normal text-soft">{w.cancelling}</span>
            )}
          </span>
        }
        actions={<JobActions job={job} />}
      >
        <Facts rows={rows} />
      </Card>
      {job.error && (
        <Card title={w.error}>
          <p className="whitespace-pre-wrap">{inert(job.error.message)}</p>
          {job.error.code && <code className="mt-2 block text-sm text-soft">{job.error.code}</code>}
        </Card>
      )}
    </div>
  )
}

function useFacts(job: Job): [string, ReactNode][] {
  const next = nextRun(job, useNow())
  const line = lineName(job)
  const { app = null, deployment = null } = job.about ?? {}
  const rows: [string, ReactNode][] = []
  if (app !== null) rows.push([w.app, <AppLink key="app" slug={app} />])
  if (app !== null && deployment !== null)
    rows.push([w.deployment, <DeploymentLink key="deployment" slug={app} number={deployment} />])
  if (line !== undefined) rows.push([w.queue, inertLine(line)])
  rows.push([w.columns.by, <bdi key="by">{inertLine(starterName(job))}</bdi>])
  rows.push([w.columns.tries, triesText(job)])
  if (next) rows.push([(job.failures ?? 0) > 0 ? w.nextTry : w.begins, <Time key="next" at={next} />])
  rows.push([w.made, <Time key="made" at={job.createdAt} />])
  if (job.startedAt) rows.push([w.started, <Time key="started" at={job.startedAt} />])
  if (job.finishedAt) rows.push([w.finished, <Time key="finished" at={job.finishedAt} />])
  rows.push([w.id, <code key="id">{job.id}</code>])
  if (job.correlationId)
    rows.push([
      w.correlation,
      <span key="correlation">
        <code>{inertLine(job.correlationId)}</code>
        <span className="block text-sm text-soft">{w.correlationAbout}</span>
      </span>,
    ])
  return rows
}
