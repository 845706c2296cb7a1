import { useQuery } from '@tanstack/react-query'
import { Check, X } from 'lucide-react'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { deploymentQueries } from '../api/deployment-queries.ts'
import { type Deployment, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { deploymentWords as words } from '../words/en/deployments.ts'
import { words as common } from '../words/en.ts'
import { ChangeList } from './change-list.tsx'

type Approval = NonNullable<Deployment['approval']>

/** While a deployment waits for somebody's word: what it would change, and the two answers. */
export function ApprovalCard({ slug, deployment }: { slug: string; deployment: Deployment }) {
  const { approval, number } = deployment
  const [answer, setAnswer] = useState<'approve' | 'refuse'>()
  const isWaiting = deployment.state === 'awaiting_approval'
  // Not before: until it is built nobody knows what it changes.
  const { data: changes } = useQuery({ ...deploymentQueries.changes(slug, number), enabled: isWaiting })
  if (!isWaiting || !approval) return null
  if (approval.state === 'approved') return <Approved deployment={deployment} approval={approval} />
  const whyNot = (what: 'approve' | 'refuse') => {
    const may = changes?.can[what]
    return may === true ? undefined : (may ?? common.loading)
  }
  return (
    <Card
      title={words.waiting}
      about={words.waitingAbout(approval.role)}
      actions={
        <>
          <Button
            icon={<X aria-hidden className="size-4" />}
            whyNot={whyNot('refuse')}
            onClick={() => setAnswer('refuse')}
          >
            {words.refuse}
          </Button>
          <Button
            look="main"
            icon={<Check aria-hidden className="size-4" />}
            whyNot={whyNot('approve')}
            onClick={() => setAnswer('approve')}
          >
            {words.approve}
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        {changes ? <ChangeList changes={changes} /> : <RowsSkeleton rows={3} />}
        <p className="text-sm text-soft">
          {words.until} <Time at={approval.deadlineAt} />
        </p>
      </div>
      {answer && (
        <AnswerDialog slug={slug} number={number} answer={answer} onClose={() => setAnswer(undefined)} />
      )}
    </Card>
  )
}

function Approved({ deployment: { scheduledAt }, approval }: { deployment: Deployment; approval: Approval }) {
  const isLater = scheduledAt !== null && Date.parse(scheduledAt) > Date.now()
  return (
    <Card
      title={words.approved(inertLine(approval.decidedBy ?? ''))}
      about={isLater ? words.startsAt : words.startsAsSoon}
    />
  )
}

interface AnswerDialogProps {
  slug: string
  number: number
  answer: 'approve' | 'refuse'
  onClose(): void
}

export function AnswerDialog({ slug, number, answer, onClose }: AnswerDialogProps) {
  const [text, setText] = useState('')
  const toasts = useToasts()
  const isRefusal = answer === 'refuse'
  const params = { slug, number }
  const act = useAction({
    run: () =>
      isRefusal
        ? client.call('deployments.refuse', { params, body: { reason: text } })
        : client.call('deployments.approve', { params, body: { ...(text && { comment: text }) } }),
    refresh: [keys.app(slug), keys.apps],
    quiet: true,
    onDone() {
      toasts.show({
        tone: 'good',
        text: isRefusal ? words.refusedToast(number) : words.approvedToast(number),
      })
      onClose()
    },
  })
  const isMissing = isRefusal && text.trim() === ''
  return (
    <Dialog
      open
      onClose={onClose}
      title={isRefusal ? words.refuseTitle(number) : words.approveTitle(number)}
      about={isRefusal ? words.refuseAbout : words.approveAbout}
      actions={
        <>
          <Button onClick={onClose}>{common.cancel}</Button>
          <Button
            look={isRefusal ? 'danger' : 'main'}
            busy={act.isPending}
            whyNot={isMissing ? words.reasonMissing : undefined}
            onClick={() => act.mutate()}
          >
            {isRefusal ? words.refuse : words.approve}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <FormError text={act.error?.message} />
        <TextField
          label={isRefusal ? words.reason : words.comment}
          hint={isRefusal ? words.reasonHint : words.commentHint}
          maxLength={1000}
          value={text}
          onChange={event => setText(event.target.value)}
        />
      </div>
    </Dialog>
  )
}
