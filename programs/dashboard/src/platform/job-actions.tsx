import { isJobEnded, jobCan } from '@seaworthy/api/can'
import { Link } from '@tanstack/react-router'
import { RotateCcw, X } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type Job, platformKeys } from '../api/platform-queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { useToasts } from '../components/toast.tsx'
import { platformWords } from '../words/en/platform.ts'
import { kindName } from './job-words.ts'

const w = platformWords.jobs

/** Cancel, or run again: each with the reason where the state of the job does not allow it. */
export function JobActions({ job }: { job: Job }) {
  const [asking, setAsking] = useState(false)
  const cancel = useJobAction('jobs.cancel', w.cancelled)
  const retry = useJobAction('jobs.retry', w.retried)
  return (
    <>
      <Button
        size="small"
        icon={<X aria-hidden className="size-4" />}
        whyNot={jobCan('cancel', job) ? (job.cancelRequested ? w.cancelled : undefined) : w.noCancel}
        onClick={() => setAsking(true)}
      >
        {w.cancel}
      </Button>
      <Button
        size="small"
        icon={<RotateCcw aria-hidden className="size-4" />}
        busy={retry.isPending}
        whyNot={jobCan('retry', job) ? undefined : w.noRetry[job.state]}
        onClick={() => retry.mutate(job.id)}
      >
        {w.retry}
      </Button>
      {asking && !isJobEnded(job) && (
        <ConfirmDialog
          title={w.cancelTitle(kindName(job.kind))}
          about={w.cancelAbout}
          action={w.cancel}
          danger
          busy={cancel.isPending}
          onConfirm={() => cancel.mutate(job.id, { onSettled: () => setAsking(false) })}
          onClose={() => setAsking(false)}
        />
      )}
    </>
  )
}

function useJobAction(endpoint: 'jobs.cancel' | 'jobs.retry', said: string) {
  const toasts = useToasts()
  return useAction({
    run: (id: string) => client.call(endpoint, { params: { id } }),
    refresh: [platformKeys.jobs],
    onDone: (_, id) => toasts.show({ text: said, link: <JobLink id={id}>{w.show}</JobLink> }),
  })
}

export function JobLink({
  id,
  children,
  className = 'text-accent hover:underline',
}: {
  id: string
  children: React.ReactNode
  className?: string
}) {
  return (
    <Link to="/platform/jobs/$id" params={{ id }} className={className}>
      {children}
    </Link>
  )
}
