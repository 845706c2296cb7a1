import { client } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError } from '../components/field.tsx'
import { accountWords } from '../words/en/account.ts'
import { words as general } from '../words/en.ts'
import { accountKeys } from './account-queries.ts'
import { RecoveryCodes } from './recovery-codes.tsx'

const words = accountWords.factor

/** Replaces the recovery codes. With the new ones on the page it closes by its own button only. */
export function NewRecoveryCodes({ onClose }: { onClose(): void }) {
  const renew = useAction({
    run: () => client.call('factor.codes'),
    refresh: [accountKeys.factor],
    quiet: true,
  })
  if (renew.data) {
    return (
      <Dialog open title={words.newCodes}>
        <RecoveryCodes codes={renew.data.recoveryCodes} onDone={onClose} />
      </Dialog>
    )
  }
  return (
    <Dialog
      open
      onClose={onClose}
      title={words.newCodesTitle}
      about={words.newCodesAbout}
      actions={
        <>
          <Button onClick={onClose}>{general.cancel}</Button>
          <Button look="main" busy={renew.isPending} onClick={() => renew.mutate()}>
            {words.makeThem}
          </Button>
        </>
      }
    >
      <FormError text={renew.error?.message} />
    </Dialog>
  )
}
