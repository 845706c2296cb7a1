import { useQuery } from '@tanstack/react-query'
import { KeyRound, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Name } from '../components/name.tsx'
import { RowsSkeleton } from '../components/skeleton.tsx'
import { Time } from '../components/time.tsx'
import { accountWords } from '../words/en/account.ts'
import { accountQueries, type Passkey } from './account-queries.ts'
import { AddPasskey } from './add-passkey.tsx'
import { whyNoPasskeys } from './browser-passkeys.ts'
import { RemovePasskey } from './remove-passkey.tsx'

const words = accountWords.passkeys

export function Passkeys() {
  const { data: passkeys } = useQuery(accountQueries.passkeys())
  const [adding, setAdding] = useState(false)
  const [removing, setRemoving] = useState<Passkey>()
  return (
    <Card
      title={words.title}
      about={words.about}
      flush
      actions={
        <Button whyNot={whyNoPasskeys()} onClick={() => setAdding(true)}>
          {words.add}
        </Button>
      }
    >
      {!passkeys && <RowsSkeleton rows={1} />}
      {passkeys?.length === 0 && <p className="px-5 py-4 text-soft">{words.none}</p>}
      <ul className="divide-y divide-line">
        {passkeys?.map(passkey => (
          <li key={passkey.id} className="flex items-center gap-3 px-5 py-3">
            <KeyRound aria-hidden className="size-5 shrink-0 text-soft" />
            <PasskeyFacts passkey={passkey} />
            <Button
              look="quiet"
              size="small"
              aria-label={words.remove(passkey.name)}
              icon={<Trash2 aria-hidden className="size-4" />}
              onClick={() => setRemoving(passkey)}
            />
          </li>
        ))}
      </ul>
      {adding && <AddPasskey onClose={() => setAdding(false)} />}
      {removing && <RemovePasskey passkey={removing} onClose={() => setRemoving(undefined)} />}
    </Card>
  )
}

function PasskeyFacts({ passkey: { name, synced, createdAt } }: { passkey: Passkey }) {
  return (
    <div className="min-w-0 flex-1">
      <Name className="block truncate font-medium">{name}</Name>
      <p className="text-sm text-soft">
        {synced ? words.synced : words.oneDevice} · {words.addedAt} <Time at={createdAt} />
      </p>
    </div>
  )
}
