import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client } from '../api/client.ts'
import { teamQueries } from '../api/team-queries.ts'
import { useAction } from '../api/use-action.ts'
import { State } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { ConfirmDialog } from '../components/confirm-dialog.tsx'
import { Time } from '../components/time.tsx'
import { useToasts } from '../components/toast.tsx'
import { upkeepWords } from '../words/en/upkeep.ts'

const w = upkeepWords

/** The master keys by their ids; for administrators of the platform. */
export function KeysCard() {
  const { data } = useSuspenseQuery(teamQueries.masterKeys())
  const [asking, setAsking] = useState(false)
  const toasts = useToasts()
  const last = data.lastRotation
  const isUnderWay = last !== null && last.finishedAt === null
  const rotate = useAction({
    run: () => client.call('keys.rotate'),
    refresh: [['master-keys']],
    quiet: true,
    onDone() {
      setAsking(false)
      toasts.show({ text: w.rotating })
    },
  })
  return (
    <Card
      title={w.keys}
      about={w.keysAbout}
      flush
      actions={
        <Button whyNot={isUnderWay ? w.rotateRuns : undefined} onClick={() => setAsking(true)}>
          {w.rotate}
        </Button>
      }
    >
      <ul className="divide-y divide-line">
        {data.keys.map(({ id, primary, sealed }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-4 px-5 py-3">
            <code className="min-w-0 flex-1 truncate">{id}</code>
            {primary && <span className="text-sm text-good">{w.primary}</span>}
            <span className="text-sm text-soft tabular-nums">{w.sealed(sealed)}</span>
          </li>
        ))}
      </ul>
      {last && (
        <p className="flex flex-wrap items-center gap-2 border-t border-line px-5 py-3 text-sm text-soft">
          {w.lastRotation} <State state={last.state} /> <Time at={last.finishedAt ?? last.createdAt} />
          {last.error && <span className="text-bad">{last.error.message}</span>}
        </p>
      )}
      {asking && (
        <ConfirmDialog
          title={w.rotateTitle}
          about={w.rotateAbout}
          action={w.rotate}
          busy={rotate.isPending}
          error={rotate.error}
          onConfirm={() => rotate.mutate()}
          onClose={() => setAsking(false)}
        />
      )}
    </Card>
  )
}
