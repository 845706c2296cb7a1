import { useQueryClient } from '@tanstack/react-query'
import type { FormEvent } from 'react'
import { client } from '../api/client.ts'
import { connection } from '../api/connection.ts'
import { formProblem } from '../api/problem.ts'
import { keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Panels } from '../components/panels.tsx'
import { SignInForm } from '../shell/sign-in-form.tsx'
import { pageWords } from '../words/en/pages.ts'
import { teamWords } from '../words/en/teams.ts'
import { words } from '../words/en.ts'
import { useArrival } from './use-arrival.ts'

const w = teamWords.invitation

interface JoinFormProps {
  token: string
  /** The only address that it is for; null: for whoever has the link. */
  email: string | null
}

/** For somebody who is not signed in: with a new account, or with the one that they have. */
export function JoinForm({ token, email }: JoinFormProps) {
  return (
    <Panels
      label={w.join}
      panels={[
        { id: 'new', label: w.newHere, content: <NewPerson token={token} email={email} /> },
        // Once signed in, the page goes on by itself: it sees who is there.
        {
          id: 'known',
          label: w.known,
          content: <SignInForm {...(email !== null && { email })} onDone={() => {}} />,
        },
      ]}
    />
  )
}

interface Newcomer {
  name: string
  email: string
  password: string
}

function NewPerson({ token, email }: JoinFormProps) {
  const queryClient = useQueryClient()
  const arrive = useArrival()
  const join = useAction({
    async run({ name, email: given, password }: Newcomer) {
      const body = { token, name, password, ...(email === null && { email: given }) }
      const joined = await client.call('invitations.join', { body })
      const session = await client.call('session.create', { body: { email: joined.email, password } })
      return { joined, session }
    },
    quiet: true,
    onDone({ joined, session }) {
      queryClient.setQueryData(keys.session, session.identity)
      connection.signedIn()
      return arrive(joined.team)
    },
  })
  const { general, fields } = formProblem(join.error, ['name', 'email', 'password'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '')
    join.mutate({ name: text('name'), email: email ?? text('email').trim(), password: text('password') })
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <FormError text={general} />
      <TextField label={w.name} name="name" autoComplete="name" autoFocus error={fields.name} />
      <TextField
        label={words.session.email}
        name="email"
        type="email"
        autoComplete="username"
        {...(email !== null && { value: email, readOnly: true })}
        error={fields.email}
      />
      <TextField
        label={words.session.password}
        name="password"
        type="password"
        autoComplete="new-password"
        hint={pageWords.setup.passwordHint}
        error={fields.password}
      />
      <Button look="main" type="submit" busy={join.isPending}>
        {w.join}
      </Button>
    </form>
  )
}
