import { Link } from '@tanstack/react-router'
import { MailCheck } from 'lucide-react'
import type { FormEvent } from 'react'
import { client } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { useAction } from '../api/use-action.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { Outside } from '../shell/outside.tsx'
import { accountWords } from '../words/en/account.ts'
import { words } from '../words/en.ts'
import { textOf } from './form-text.ts'

interface AskForLinkProps {
  of: 'session.mail-link' | 'password.forgot'
  title: string
  about: string
  submit: string
}

/** A page that asks for a mail with a link; it says the same whether or not there is such an account. */
export function AskForLink({ of, title, about, submit }: AskForLinkProps) {
  const ask = useAction({
    run: (email: string) => client.call(of, { body: { email } }),
    quiet: true,
  })
  const { fields, general } = formProblem(ask.error, ['email'])
  if (ask.isSuccess) return <Asked email={ask.variables} />
  const onSubmit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    ask.mutate(textOf(new FormData(event.currentTarget), 'email'))
  }
  return (
    <Outside title={title} about={about}>
      <form onSubmit={onSubmit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          label={words.session.email}
          name="email"
          type="email"
          autoComplete="username"
          required
          autoFocus
          error={fields.email}
        />
        <Button look="main" type="submit" busy={ask.isPending}>
          {submit}
        </Button>
        <Link to="/sign-in" className={buttonLook('quiet')}>
          {accountWords.back}
        </Link>
      </form>
    </Outside>
  )
}

function Asked({ email }: { email: string }) {
  return (
    <Outside title={accountWords.link.asked} about={accountWords.link.askedAbout(email)}>
      <div role="status" className="grid gap-4">
        <MailCheck aria-hidden className="size-10 text-accent" />
        <Link to="/sign-in" className={buttonLook('plain')}>
          {accountWords.back}
        </Link>
      </div>
    </Outside>
  )
}
