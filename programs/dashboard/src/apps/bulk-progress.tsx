import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Download, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { client } from '../api/client.ts'
import { keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Meter } from '../charts/meter.tsx'
import { Button, buttonLook } from '../components/button.tsx'
import { fileSize } from '../text/sizes.ts'
import { bulkWords } from '../words/en/app-jobs.ts'
import { type AppJob, appJobKeys, isUnderWay } from './app-job-queries.ts'

/** How far it is, for each app. The platform tells it, so it is there after a reload too. */
export default function BulkProgress({ jobs }: { jobs: readonly AppJob[] }) {
  const [dismissed, dismiss] = useDismissed()
  useFreshApps(jobs)
  const shown = jobs.filter(({ id }) => !dismissed.has(id))
  return (
    <div className="mb-4 grid gap-3 empty:hidden">
      {shown.map(job => (
        <JobCard key={job.id} job={job} onDismiss={() => dismiss(job.id)} />
      ))}
    </div>
  )
}

function JobCard({ job, onDismiss }: { job: AppJob; onDismiss(): void }) {
  const { id, action, apps, file, error } = job
  const cancel = useAction({
    run: () => client.call('appJobs.cancel', { params: { id } }),
    refresh: [appJobKeys.all],
  })
  const over = apps.filter(({ state }) => state !== 'waiting' && state !== 'working').length
  const left = apps.filter(({ state }) => state === 'refused' || state === 'failed')
  const goesOn = isUnderWay(job)
  return (
    <section
      aria-label={goesOn ? bulkWords.running[action] : bulkWords.over[action]}
      className="rounded-lg border border-line bg-surface px-5 py-3 shadow-card"
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <p aria-live="polite" className="mr-auto">
          <span className="font-medium">{(goesOn ? bulkWords.running : bulkWords.over)[action]}</span>{' '}
          <span className="text-soft tabular-nums">
            {action === 'export' ? apps[0]?.slug : bulkWords.progress(over - left.length, apps.length)}
          </span>
        </p>
        {file && (
          <a
            href={`/api/v1/app-jobs/${id}/file`}
            download={file.name}
            title={bulkWords.fileUntil}
            className={buttonLook('plain', 'small')}
          >
            <Download aria-hidden className="size-4" />
            {bulkWords.download(fileSize(file.sizeBytes))}
          </a>
        )}
        {goesOn && apps.length > 1 && (
          <Button look="quiet" size="small" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {bulkWords.cancel}
          </Button>
        )}
        {!goesOn && (
          <Button
            look="quiet"
            size="small"
            aria-label={bulkWords.dismiss}
            icon={<X aria-hidden className="size-4" />}
            onClick={onDismiss}
          />
        )}
      </div>
      {goesOn && (
        <div className="mt-2">
          <Meter part={over / apps.length} />
        </div>
      )}
      {error && <p className="mt-1 text-sm text-bad">{error}</p>}
      {left.length > 0 && action !== 'export' && (
        <div className="mt-1 text-sm">
          <p className="text-bad">{bulkWords.left(left.length)}</p>
          <ul className="max-h-40 overflow-y-auto text-soft">
            {left.map(({ slug, reason }) => (
              <li key={slug}>
                <span className="font-medium text-ink">{slug}</span> {reason}
              </li>
            ))}
          </ul>
        </div>
      )}
      <Details job={job} />
    </section>
  )
}

function Details({ job: { apps, action } }: { job: AppJob }) {
  if (action === 'export' || apps.length === 1) return null
  return (
    <details className="mt-1 text-sm">
      <summary className="cursor-pointer text-soft">{bulkWords.details}</summary>
      <ul className="mt-1 grid max-h-52 gap-x-6 overflow-y-auto sm:grid-cols-2">
        {apps.map(({ slug, state, reason, deployment }) => (
          <li key={slug} className="flex gap-2">
            <span className="truncate">{slug}</span>
            <span className="text-soft">
              {deployment === null ? (
                (state === 'done' && reason) || bulkWords.states[state]
              ) : (
                <Link
                  to="/apps/$slug/deployments/$number"
                  params={{ slug, number: String(deployment) }}
                  className="text-accent hover:underline"
                >
                  {bulkWords.deployment(deployment)}
                </Link>
              )}
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}

/** The list shows what has changed as it changes. */
function useFreshApps(jobs: readonly AppJob[]): void {
  const queryClient = useQueryClient()
  const over = jobs
    .flatMap(({ apps }) => apps)
    .filter(({ state }) => state !== 'waiting' && state !== 'working').length
  // biome-ignore lint/correctness/useExhaustiveDependencies: each app that is done is a reason to ask again
  useEffect(() => void queryClient.invalidateQueries({ queryKey: keys.apps }), [over, queryClient])
}

const DISMISSED = 'seaworthy-dismissed-jobs'

/** Kept for as long as the tab is open: the platform forgets them by itself. */
function useDismissed(): [ReadonlySet<string>, (id: string) => void] {
  const [ids, setIds] = useState<ReadonlySet<string>>(
    () => new Set(sessionStorage.getItem(DISMISSED)?.split(' ')),
  )
  const dismiss = (id: string) => {
    const next = new Set(ids).add(id)
    sessionStorage.setItem(DISMISSED, [...next].join(' '))
    setIds(next)
  }
  return [ids, dismiss]
}
