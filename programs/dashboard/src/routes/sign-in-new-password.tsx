import { Link } from '@tanstack/react-router'
import type { FormEvent } from 'react'
import { textOf } from '../account/form-text.ts'
import { useLinkToken } from '../account/link-token.ts'
import { NewPasswordField } from '../account/password-field.tsx'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { useAction } from '../api/use-action.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { FormError } from '../components/field.tsx'
import { Outside } from '../shell/outside.tsx'
import { accountWords } from '../words/en/account.ts'
import { words } from '../words/en.ts'

export function NewPasswordPage() {
  const token = useLinkToken()
  const reset = useAction({
    run: (body: { token: string; password: string }) => client.call('password.reset', { body }),
    quiet: true,
  })
  if (token === undefined) return <Incomplete />
  if (reset.isSuccess) return <Done />
  const { fields, general } = formProblem(reset.error, ['password'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    reset.mutate({ token, password: textOf(new FormData(event.currentTarget), 'password') })
  }
  return (
    <Outside title={accountWords.reset.title} about={accountWords.reset.about}>
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <NewPasswordField name="password" error={fields.password} autoFocus />
        <Button look="main" type="submit" busy={reset.isPending}>
          {accountWords.reset.save}
        </Button>
        {general && (
          <Link to="/sign-in/forgot" className={buttonLook('quiet')}>
            {accountWords.link.another}
          </Link>
        )}
      </form>
    </Outside>
  )
}

function Incomplete() {
  return (
    <Outside title={accountWords.link.incomplete} about={accountWords.link.incompleteAbout}>
      <Link to="/sign-in/forgot" className={buttonLook('main')}>
        {accountWords.link.another}
      </Link>
    </Outside>
  )
}

function Done() {
  return (
    <Outside title={accountWords.reset.done} about={accountWords.reset.doneAbout}>
      <Link to="/sign-in" className={buttonLook('main')}>
        {words.session.signIn}
      </Link>
    </Outside>
  )
}
