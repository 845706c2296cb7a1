import { type FormEvent, useRef } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { accountWords } from '../words/en/account.ts'
import { accountKeys } from './account-queries.ts'
import { givenText, textOf } from './form-text.ts'
import { NewPasswordField } from './password-field.tsx'

const words = accountWords.password

export function ChangePassword({ account }: { account: DataOf<'account.get'> }) {
  const toasts = useToasts()
  const form = useRef<HTMLFormElement>(null)
  const change = useAction({
    run: (body: { currentPassword?: string; newPassword: string }) =>
      client.call('account.password', { body }),
    refresh: [keys.account, accountKeys.sessions],
    quiet: true,
    onDone({ sessionsEnded }) {
      form.current?.reset()
      toasts.show({ text: words.changed(sessionsEnded) })
    },
  })
  const { fields, general } = formProblem(change.error, ['currentPassword', 'newPassword'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const currentPassword = givenText(given, 'currentPassword')
    change.mutate({
      ...(currentPassword && { currentPassword }),
      newPassword: textOf(given, 'newPassword'),
    })
  }
  return (
    <Card title={words.title} about={words.about}>
      <form ref={form} onSubmit={submit} noValidate className="grid max-w-md gap-4">
        <FormError text={general} />
        <input type="text" name="username" autoComplete="username" value={account.email} readOnly hidden />
        {account.hasPassword && (
          <TextField
            label={words.current}
            name="currentPassword"
            type="password"
            autoComplete="current-password"
            error={fields.currentPassword}
          />
        )}
        <NewPasswordField name="newPassword" error={fields.newPassword} />
        <div>
          <Button look="main" type="submit" busy={change.isPending}>
            {words.change}
          </Button>
        </div>
      </form>
    </Card>
  )
}
