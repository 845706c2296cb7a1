import type { FormEvent } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { FormError } from '../components/field.tsx'
import { accountWords as words } from '../words/en/account.ts'
import { FactorField, givenFactor } from './factor-field.tsx'

interface FactorStepProps {
  /** From the problem `second_factor_needed`; good for five minutes. */
  pendingToken: string
  onDone(session: DataOf<'session.finish'>): void
  onStartOver(): void
}

/** The second step of a sign-in: a code. */
export function FactorStep({ pendingToken, onDone, onStartOver }: FactorStepProps) {
  const finish = useAction({
    run: (given: { code?: string; recoveryCode?: string }) =>
      client.call('session.finish', { body: { pendingToken, ...given } }),
    quiet: true,
    onDone,
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    finish.mutate(givenFactor(new FormData(event.currentTarget)))
  }
  return (
    <form onSubmit={submit} noValidate className="grid gap-4" aria-label={words.signIn.codeTitle}>
      <FormError text={finish.error?.message} />
      <FactorField autoFocus />
      <Button look="main" type="submit" busy={finish.isPending}>
        {words.signIn.continue}
      </Button>
      <Button look="quiet" onClick={onStartOver}>
        {words.signIn.startOver}
      </Button>
    </form>
  )
}
