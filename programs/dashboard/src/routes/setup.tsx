import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useLocation, useNavigate } from '@tanstack/react-router'
import { type FormEvent, useEffect } from 'react'
import { NewPasswordField } from '../account/password-field.tsx'
import { client } from '../api/client.ts'
import { connection } from '../api/connection.ts'
import { formProblem } from '../api/problem.ts'
import { keys, queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { useToasts } from '../components/toast.tsx'
import { Outside } from '../shell/outside.tsx'
import { pageWords } from '../words/en/pages.ts'
import { words } from '../words/en.ts'

/** The token stands in the fragment of the one-time link, which a browser never sends with a request. */
export function SetupPage() {
  const { hash } = useLocation()
  const token = new URLSearchParams(hash).get('token')
  const { data: setup } = useQuery(queries.setup())
  if (setup?.claimed) return <Leave />
  if (!token) {
    return (
      <Outside title={pageWords.setup.noToken} about={pageWords.setup.noTokenAbout}>
        <CopyField text="npx seaworthy up" label={words.deploy.cli} />
      </Outside>
    )
  }
  return (
    <Outside title={pageWords.setup.title} about={pageWords.setup.about}>
      <ClaimForm token={token} />
    </Outside>
  )
}

/**
 * For a platform that has its owner. Once: the router's own `Navigate` begins anew with each of our pictures, and so
 * overtakes itself for ever while the API is asked whether somebody is signed in.
 */
function Leave() {
  const navigate = useNavigate()
  useEffect(() => void navigate({ to: '/', replace: true }), [navigate])
  return null
}

function ClaimForm({ token }: { token: string }) {
  const queryClient = useQueryClient()
  const navigate = useNavigate()
  const toasts = useToasts()
  const claim = useAction({
    run: (body: { name: string; email: string; password: string }) =>
      client.call('setup.claim', { body: { ...body, token } }),
    quiet: true,
    onDone({ identity }) {
      queryClient.setQueryData(keys.session, identity)
      connection.signedIn()
      void navigate({ to: '/', replace: true })
      toasts.show({ text: pageWords.setup.welcome(identity.name ?? '') })
    },
  })
  const { fields, general } = formProblem(claim.error, ['name', 'email', 'password'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const text = (name: string) => String(form.get(name) ?? '')
    claim.mutate({ name: text('name'), email: text('email'), password: text('password') })
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4">
      <FormError text={general} />
      <TextField label={pageWords.setup.name} name="name" autoComplete="name" autoFocus error={fields.name} />
      <TextField
        label={words.session.email}
        name="email"
        type="email"
        autoComplete="username"
        error={fields.email}
      />
      <NewPasswordField name="password" label={words.session.password} error={fields.password} />
      <Button look="main" type="submit" busy={claim.isPending}>
        {pageWords.setup.submit}
      </Button>
    </form>
  )
}
