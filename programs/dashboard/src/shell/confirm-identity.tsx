import { useSuspenseQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { client } from '../api/client.ts'
import { identityCheck } from '../api/identity-check.ts'
import { formProblem } from '../api/problem.ts'
import { queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/dialog.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { words } from '../words/en.ts'

type Proof = 'password' | 'code' | 'recoveryCode'

/** Asks who is there for the password, or for a code where they have a second factor. What waits for it goes on then. */
export default function ConfirmIdentity() {
  const { data: account } = useSuspenseQuery(queries.account())
  const hasFactor = account.twoFactorEnabled
  if (!hasFactor && !account.hasPassword) return <NoProof />
  return <ProofDialog first={hasFactor ? 'code' : 'password'} />
}

function ProofDialog({ first }: { first: Proof }) {
  const [proof, setProof] = useState(first)
  const confirm = useAction({
    run: (text: string) => client.call('session.confirm', { body: { [proof]: text } }),
    quiet: true,
    onDone: () => identityCheck.answer(true),
  })
  const { general, fields } = formProblem(confirm.error, [proof])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    // The form may stand inside of another one, as React sees it.
    event.stopPropagation()
    confirm.mutate(String(new FormData(event.currentTarget).get(proof)))
  }
  return (
    <Dialog
      open
      onClose={() => identityCheck.answer(false)}
      title={words.confirm.title}
      about={words.confirm.about}
    >
      <form onSubmit={submit} noValidate className="grid gap-4">
        <FormError text={general} />
        <TextField
          key={proof}
          label={words.confirm.proofs[proof]}
          name={proof}
          autoFocus
          required
          error={fields[proof]}
          {...INPUTS[proof]}
        />
        <div className="flex flex-wrap items-center gap-2">
          {proof !== 'password' && (
            <Button
              look="quiet"
              className="-ml-3.5"
              onClick={() => setProof(proof === 'code' ? 'recoveryCode' : 'code')}
            >
              {words.confirm.instead[proof]}
            </Button>
          )}
          <span className="flex-1" />
          <Button onClick={() => identityCheck.answer(false)}>{words.cancel}</Button>
          <Button look="main" type="submit" busy={confirm.isPending}>
            {words.confirm.submit}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

const INPUTS = {
  password: { type: 'password', autoComplete: 'current-password' },
  code: { inputMode: 'numeric', autoComplete: 'one-time-code' },
  recoveryCode: { autoComplete: 'off', spellCheck: false },
} as const

/** Who has neither a password nor a second factor can only sign in anew. */
function NoProof() {
  return (
    <Dialog
      open
      onClose={() => identityCheck.answer(false)}
      title={words.confirm.title}
      about={words.confirm.noProof}
      actions={
        <Button look="main" onClick={() => identityCheck.answer(false)}>
          {words.close}
        </Button>
      }
    />
  )
}
