import type { FormEvent } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { accountWords } from '../words/en/account.ts'
import { accountKeys } from './account-queries.ts'
import { FactorField, givenFactor } from './factor-field.tsx'
import { textOf } from './form-text.ts'

const words = accountWords.factor

export function SwitchFactorOff({ onClose }: { onClose(): void }) {
  const toasts = useToasts()
  const switchOff = useAction({
    run: (body: { password: string; code?: string; recoveryCode?: string }) =>
      client.call('factor.disable', { body }),
    refresh: [accountKeys.factor, keys.account],
    quiet: true,
    onDone() {
      onClose()
      toasts.show({ text: words.switchedOff })
    },
  })
  const { fields, general } = formProblem(switchOff.error, ['password'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    switchOff.mutate({ password: textOf(form, 'password'), ...givenFactor(form) })
  }
  return (
    <Dialog open onClose={onClose} title={words.switchOffTitle} about={words.switchOffAbout}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={words.password}
          name="password"
          type="password"
          autoComplete="current-password"
          autoFocus
          error={fields.password}
        />
        <FactorField />
        <Button look="danger" type="submit" busy={switchOff.isPending}>
          {words.switchOff}
        </Button>
      </form>
    </Dialog>
  )
}
