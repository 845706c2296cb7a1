import { client } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { accountWords } from '../words/en/account.ts'
import { words as general } from '../words/en.ts'
import { useLeave } from './use-leave.ts'

const words = accountWords.sessions

export function EndAllSessions({ onClose }: { onClose(): void }) {
  const leave = useLeave()
  const endAll = useAction({
    run: () => client.call('sessions.end-all'),
    onDone: () => void leave(),
  })
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.endAllTitle}
      about={words.endAllAbout}
      actions={
        <>
          <Button onClick={onClose}>{general.cancel}</Button>
          <Button look="danger" busy={endAll.isPending} onClick={() => endAll.mutate()}>
            {words.endAll}
          </Button>
        </>
      }
    />
  )
}
