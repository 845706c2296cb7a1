import { type FormEvent, useRef } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { useAction } from '../api/use-action.ts'
import { Badge } from '../components/badge.tsx'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Name } from '../components/name.tsx'
import { useToasts } from '../components/toast.tsx'
import { accountWords } from '../words/en/account.ts'
import { givenText, textOf } from './form-text.ts'

const words = accountWords.profile

/** Another address, or a confirmation of the present one: both by a link that is mailed there. */
export function ChangeEmail({ account }: { account: DataOf<'account.get'> }) {
  const toasts = useToasts()
  const form = useRef<HTMLFormElement>(null)
  const ask = useAction({
    run: (body: { email: string; password?: string }) => client.call('account.email', { body }),
    quiet: true,
    onDone(_, { email }) {
      form.current?.reset()
      toasts.show({ text: words.emailAsked(email) })
    },
  })
  const { fields, general } = formProblem(ask.error, ['email', 'password'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const password = givenText(given, 'password')
    ask.mutate({ email: textOf(given, 'email'), ...(password && { password }) })
  }
  return (
    <Card title={words.email} about={words.emailAbout}>
      <form ref={form} onSubmit={submit} noValidate className="grid max-w-md gap-4">
        <PresentAddress account={account} />
        <FormError text={general} />
        <TextField
          label={account.emailVerified ? words.newEmail : words.emailToConfirm}
          name="email"
          type="email"
          autoComplete="email"
          hint={account.emailVerified ? words.newEmailHint : words.confirmHint}
          defaultValue={account.emailVerified ? '' : account.email}
          error={fields.email}
        />
        {account.hasPassword && (
          <TextField
            label={words.password}
            name="password"
            type="password"
            autoComplete="current-password"
            error={fields.password}
          />
        )}
        <div>
          <Button look="main" type="submit" busy={ask.isPending}>
            {words.changeEmail}
          </Button>
        </div>
      </form>
    </Card>
  )
}

function PresentAddress({ account: { email, emailVerified } }: { account: DataOf<'account.get'> }) {
  return (
    <div>
      <p className="flex flex-wrap items-center gap-2">
        <Name className="font-medium">{email}</Name>
        <Badge tone={emailVerified ? 'good' : 'warn'}>
          {emailVerified ? words.confirmed : words.unconfirmed}
        </Badge>
      </p>
      {!emailVerified && <p className="mt-1 text-sm text-soft">{words.unconfirmedHint}</p>}
    </div>
  )
}
