import { useState } from 'react'
import { client } from '../api/client.ts'
import { needsFreshSignIn } from '../api/identity-check.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { accountWords } from '../words/en/account.ts'
import { words as general } from '../words/en.ts'
import { useLeave } from './use-leave.ts'

const words = accountWords.data

export function DeleteAccount({ email }: { email: string }) {
  const [asking, setAsking] = useState(false)
  return (
    <Card
      tone="danger"
      title={words.deleteTitle}
      about={words.deleteAbout}
      actions={
        <Button look="danger" onClick={() => setAsking(true)}>
          {words.deleteTitle}
        </Button>
      }
    >
      {asking && <DeleteDialog email={email} onClose={() => setAsking(false)} />}
    </Card>
  )
}

function DeleteDialog({ email, onClose }: { email: string; onClose(): void }) {
  const [typed, setTyped] = useState('')
  const leave = useLeave()
  const remove = useAction({
    run: () => client.call('account.delete', { body: { confirm: typed } }),
    quiet: true,
    onDone: ({ code }) => void leave('/sign-in/deleted', `code=${code}`),
  })
  const refused = remove.error && !needsFreshSignIn(remove.error) ? remove.error.message : undefined
  const typedRight = typed.trim().toLowerCase() === email.toLowerCase()
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.deleteQuestion}
      about={words.deleteAbout}
      actions={
        <>
          <Button onClick={onClose}>{general.cancel}</Button>
          <Button
            look="danger"
            busy={remove.isPending}
            whyNot={typedRight ? undefined : words.typeFirst(email)}
            onClick={() => remove.mutate()}
          >
            {words.deleteTitle}
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <p className="text-soft">{words.deleteStays}</p>
        <FormError text={refused} />
        <TextField
          label={words.typeFirst(email)}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          onChange={event => setTyped(event.target.value)}
        />
      </div>
    </Dialog>
  )
}
