import { useSuspenseQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { accountKeys, accountQueries } from '../account/account-queries.ts'
import { EndAllSessions } from '../account/end-all-sessions.tsx'
import { SessionRow } from '../account/session-row.tsx'
import { client } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { useToasts } from '../components/toast.tsx'
import { accountWords } from '../words/en/account.ts'

const words = accountWords.sessions

export function AccountSessions() {
  const { data: sessions } = useSuspenseQuery(accountQueries.sessions())
  const [endingAll, setEndingAll] = useState(false)
  const toasts = useToasts()
  const endOthers = useAction({
    run: () => client.call('sessions.end-all', { query: { keep: 'current' } }),
    refresh: [accountKeys.sessions],
    onDone: ({ ended }) => toasts.show({ text: words.ended(ended) }),
  })
  const others = sessions.filter(({ current }) => !current)
  return (
    <Card
      title={words.title}
      about={words.about}
      flush
      actions={
        <>
          <Button
            busy={endOthers.isPending}
            whyNot={others.length === 0 ? words.noOthers : undefined}
            onClick={() => endOthers.mutate()}
          >
            {words.endOthers}
          </Button>
          <Button look="danger" onClick={() => setEndingAll(true)}>
            {words.endAll}
          </Button>
        </>
      }
    >
      <ul className="divide-y divide-line">
        {sessions.map(session => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
      {endingAll && <EndAllSessions onClose={() => setEndingAll(false)} />}
    </Card>
  )
}
