import type { FormEvent, ReactNode } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { words } from '../words/en.ts'
import { textOf } from './form-text.ts'
import { pendingTokenOf } from './use-signed-in.ts'

interface PasswordStepProps {
  email?: string | undefined
  onDone(session: DataOf<'session.create'>): void
  onFactorNeeded(pendingToken: string): void
  /** Between the fields and the button. */
  children?: ReactNode
}

export function PasswordStep({ email, onDone, onFactorNeeded, children }: PasswordStepProps) {
  const signIn = useAction({
    run: (body: { email: string; password: string }) => client.call('session.create', { body }),
    quiet: true,
    onDone,
  })
  const problem = formProblem(signIn.error, ['email', 'password'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const given = { email: textOf(form, 'email'), password: textOf(form, 'password') }
    signIn.mutate(given, {
      onError(error) {
        const pendingToken = pendingTokenOf(error)
        if (pendingToken !== undefined) onFactorNeeded(pendingToken)
      },
    })
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <FormError text={problem.general} />
      <TextField
        label={words.session.email}
        name="email"
        type="email"
        autoComplete="username"
        defaultValue={email}
        required
        autoFocus={email === undefined}
        error={problem.fields.email}
      />
      <TextField
        label={words.session.password}
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus={email !== undefined}
        error={problem.fields.password}
      />
      {children}
      <Button look="main" type="submit" busy={signIn.isPending}>
        {words.session.signIn}
      </Button>
    </form>
  )
}
