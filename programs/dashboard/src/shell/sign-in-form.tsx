import { useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { client } from '../api/client.ts'
import { connection } from '../api/connection.ts'
import { formProblem } from '../api/problem.ts'
import { keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { words } from '../words/en.ts'

/** E-mail and password; used by the sign-in page and by the dialog of a session that ended. */
export function SignInForm({ email, onDone }: { email?: string; onDone(): void }) {
  const queryClient = useQueryClient()
  const signIn = useAction({
    run: (body: { email: string; password: string }) => client.call('session.create', { body }),
    quiet: true,
    onDone({ identity }) {
      queryClient.setQueryData(keys.session, identity)
      connection.signedIn()
      onDone()
    },
  })
  const problem = formProblem(signIn.error, ['email', 'password'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    signIn.mutate({ email: String(form.get('email')), password: String(form.get('password')) })
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
      <Button look="main" type="submit" busy={signIn.isPending}>
        {words.session.signIn}
      </Button>
    </form>
  )
}
