import { client } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { useToasts } from '../components/toast.tsx'
import { inertLine } from '../text/inert.ts'
import { accountWords } from '../words/en/account.ts'
import { words as general } from '../words/en.ts'
import { accountKeys, type Passkey } from './account-queries.ts'

const words = accountWords.passkeys

export function RemovePasskey({ passkey: { id, name }, onClose }: { passkey: Passkey; onClose(): void }) {
  const toasts = useToasts()
  const remove = useAction({
    run: () => client.call('passkeys.remove', { params: { id } }),
    refresh: [accountKeys.passkeys],
    onDone() {
      onClose()
      toasts.show({ text: words.removed(inertLine(name)) })
    },
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.removeTitle(inertLine(name))}
      about={words.removeAbout}
      actions={
        <>
          <Button onClick={onClose}>{general.cancel}</Button>
          <Button look="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
            {words.removeShort}
          </Button>
        </>
      }
    />
  )
}
