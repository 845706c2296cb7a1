import { whyMayNot } from '@seaworthy/api/can'
import { CalendarClock } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { type App, type Deployment, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { fromLocal, toLocal } from '../deploy/local-time.ts'
import { TimeField } from '../deploy/time-field.tsx'
import { fullTime, utcTime } from '../text/times.ts'
import { deploymentWords as words } from '../words/en/deployments.ts'
import { words as common } from '../words/en.ts'

/** A deployment that is for later: when, and the ways to change that. */
export function ScheduleCard({ app, deployment }: { app: App; deployment: Deployment }) {
  const [changing, setChanging] = useState(false)
  const { scheduledAt, state, number } = deployment
  const startNow = useReschedule({ slug: app.slug, number })
  if (scheduledAt === null || (state !== 'queued' && state !== 'awaiting_approval')) return null
  const at = Date.parse(scheduledAt)
  const whyNot = whyMayNot(app, 'deployment:schedule')
  return (
    <Card
      title={words.scheduled}
      about={
        <>
          {words.scheduledFor} <time dateTime={scheduledAt}>{fullTime(at)}</time> ({utcTime(at)})
        </>
      }
      actions={
        <>
          <Button
            size="small"
            icon={<CalendarClock aria-hidden className="size-4" />}
            whyNot={whyNot}
            onClick={() => setChanging(true)}
          >
            {words.changeTime}
          </Button>
          {state === 'queued' && (
            <Button
              size="small"
              whyNot={whyNot}
              busy={startNow.isPending}
              onClick={() => startNow.mutate(null)}
            >
              {words.startNow}
            </Button>
          )}
        </>
      }
    >
      {changing && <TimeDialog slug={app.slug} number={number} at={at} onClose={() => setChanging(false)} />}
    </Card>
  )
}

interface RescheduleOptions {
  slug: string
  number: number
  /** The reason of a refusal is shown beside the time. */
  quiet?: boolean
  onDone?(): void
}

function useReschedule({ slug, number, quiet = false, onDone }: RescheduleOptions) {
  const toasts = useToasts()
  return useAction({
    run: (scheduledAt: string | null) =>
      client.call('deployments.reschedule', { params: { slug, number }, body: { scheduledAt } }),
    refresh: [keys.app(slug)],
    quiet,
    onDone() {
      toasts.show({ tone: 'good', text: words.rescheduled(number) })
      onDone?.()
    },
  })
}

interface TimeDialogProps {
  slug: string
  number: number
  at: number
  onClose(): void
}

function TimeDialog({ slug, number, at, onClose }: TimeDialogProps) {
  const [value, setValue] = useState(toLocal(at))
  const change = useReschedule({ slug, number, quiet: true, onDone: onClose })
  const wanted = fromLocal(value)
  const whyNot = wanted === undefined ? words.timeMissing : wanted < Date.now() ? words.timePast : undefined
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.changeTime}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            look="main"
            busy={change.isPending}
            whyNot={whyNot}
            onClick={() => change.mutate(new Date(wanted!).toISOString())}
          >
            {words.save}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <FormError text={change.error?.message} />
        <TimeField value={value} onChange={setValue} />
      </div>
    </Dialog>
  )
}
