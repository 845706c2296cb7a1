import type { FormEvent } from 'react'
import { formProblem } from '../api/problem.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { accountWords } from '../words/en/account.ts'
import { accountKeys } from './account-queries.ts'
import { addPasskey } from './browser-passkeys.ts'
import { textOf } from './form-text.ts'

const words = accountWords.passkeys

export function AddPasskey({ onClose }: { onClose(): void }) {
  const toasts = useToasts()
  const add = useAction({
    run: addPasskey,
    refresh: [accountKeys.passkeys],
    quiet: true,
    onDone({ name }) {
      onClose()
      toasts.show({ text: words.added(name) })
    },
  })
  const { fields, general } = formProblem(add.error, ['name'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    add.mutate(textOf(new FormData(event.currentTarget), 'name'))
  }
  return (
    <Dialog open onClose={onClose} title={words.addTitle} about={words.addAbout}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={words.name}
          name="name"
          defaultValue={words.defaultName}
          maxLength={100}
          autoFocus
          hint={words.nameHint}
          error={fields.name}
        />
        <Button look="main" type="submit" busy={add.isPending}>
          {words.create}
        </Button>
      </form>
    </Dialog>
  )
}
