import type { Job } from '../api/platform-queries.ts'
import { State } from '../components/badge.tsx'
import { Name } from '../components/name.tsx'
import { Time, useNow } from '../components/time.tsx'
import { inertLine } from '../text/inert.ts'
import { platformWords } from '../words/en/platform.ts'
import { JobLink } from './job-actions.tsx'
import { kindName, lineName, nextRun, starterName, triesText } from './job-words.ts'

const w = platformWords.jobs
const GRID = 'md:grid md:grid-cols-[minmax(0,2fr)_7rem_9rem_minmax(0,1fr)_7rem] md:items-start md:gap-4'

/** The jobs of one page; each leads to its details. */
export function JobList({ jobs }: { jobs: readonly Job[] }) {
  const head = w.columns
  return (
    <>
      <div
        aria-hidden
        className={`hidden border-b border-line px-5 py-2.5 text-xs font-medium text-soft ${GRID}`}
      >
        <span>{head.what}</span>
        <span>{head.state}</span>
        <span>{head.tries}</span>
        <span>{head.by}</span>
        <span>{head.at}</span>
      </div>
      <ol aria-label={w.list} className="divide-y divide-line">
        {jobs.map(job => (
          <JobRow key={job.id} job={job} />
        ))}
      </ol>
    </>
  )
}

function JobRow({ job }: { job: Job }) {
  const next = nextRun(job, useNow())
  const about = job.about?.app ?? lineName(job)
  return (
    <li className={`relative flex flex-wrap gap-x-3 gap-y-1 px-5 py-3 hover:bg-canvas ${GRID}`}>
      <span className="min-w-0 basis-full">
        <JobLink id={job.id} className="font-medium after:absolute after:inset-0 after:content-['']">
          {kindName(job.kind)}
        </JobLink>{' '}
        {about && (
          <span className="text-soft">
            {inertLine(about)}
            {job.about?.deployment != null && ` #${job.about.deployment}`}
          </span>
        )}
        {job.error && (
          <span
            className={`mt-0.5 line-clamp-2 text-sm ${job.state === 'failed' ? 'text-bad' : 'text-soft'}`}
          >
            {inertLine(job.error.message)}
          </span>
        )}
      </span>
      <span>
        <State state={job.state} />
      </span>
      <span className="text-sm text-soft tabular-nums">
        {triesText(job)}
        {next && (
          <span className="md:block">
            {' '}
            {(job.failures ?? 0) > 0 ? w.nextTry : w.begins} <Time at={next} />
          </span>
        )}
      </span>
      <Name className="text-sm text-soft md:block md:truncate">{starterName(job)}</Name>
      <span className="text-sm text-soft">
        <Time at={job.createdAt} />
      </span>
    </li>
  )
}
