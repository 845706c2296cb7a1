import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { client, type DataOf } from '../api/client.ts'
import { formProblem } from '../api/problem.ts'
import { keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { FormError, TextField } from '../components/field.tsx'
import { accountWords } from '../words/en/account.ts'
import { accountKeys } from './account-queries.ts'
import { textOf } from './form-text.ts'
import { RecoveryCodes } from './recovery-codes.tsx'

const words = accountWords.factor
type Setup = DataOf<'factor.start'>

interface FactorSetupProps {
  /** The recovery codes are on the page, which nobody can show again. */
  onCodes?(): void
  onDone(): void
}

/** Password, picture, first code, recovery codes: one after the other. */
export function FactorSetup({ onCodes, onDone }: FactorSetupProps) {
  const queryClient = useQueryClient()
  const [setup, setSetup] = useState<Setup>()
  const [codes, setCodes] = useState<readonly string[]>()
  const finish = () => {
    onDone()
    // Only now: what asks for a second factor would take the codes off the page before they were read.
    for (const queryKey of [accountKeys.factor, keys.account])
      void queryClient.invalidateQueries({ queryKey })
  }
  if (codes) return <RecoveryCodes codes={codes} onDone={finish} />
  const show = (recoveryCodes: readonly string[]) => {
    setCodes(recoveryCodes)
    onCodes?.()
  }
  if (setup) return <ScanStep setup={setup} onDone={show} />
  return <ProveStep onDone={setSetup} />
}

function ProveStep({ onDone }: { onDone(setup: Setup): void }) {
  const start = useAction({
    run: (password: string) => client.call('factor.start', { body: { password } }),
    quiet: true,
    onDone,
  })
  const { fields, general } = formProblem(start.error, ['password'])
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    start.mutate(textOf(new FormData(event.currentTarget), 'password'))
  }
  return (
    <form onSubmit={submit} noValidate className="grid grid-cols-1 gap-4">
      <p className="text-soft">{words.passwordAbout}</p>
      <FormError text={general} />
      <TextField
        label={words.password}
        name="password"
        type="password"
        autoComplete="current-password"
        autoFocus
        error={fields.password}
      />
      <Button look="main" type="submit" busy={start.isPending}>
        {accountWords.signIn.continue}
      </Button>
    </form>
  )
}

function ScanStep({ setup, onDone }: { setup: Setup; onDone(codes: readonly string[]): void }) {
  const confirm = useAction({
    run: (code: string) => client.call('factor.confirm', { body: { code } }),
    quiet: true,
    onDone: ({ recoveryCodes }) => onDone(recoveryCodes),
  })
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    confirm.mutate(textOf(new FormData(event.currentTarget), 'code'))
  }
  return (
    <form onSubmit={submit} noValidate className="grid grid-cols-1 gap-4">
      <p className="text-soft">{words.scanAbout}</p>
      {/* As a picture it can neither run a script nor load anything. */}
      <img
        src={`data:image/svg+xml,${encodeURIComponent(setup.qr)}`}
        alt={words.picture}
        className="size-48 justify-self-center rounded-md border border-line"
      />
      <div className="grid gap-1.5">
        <p className="text-sm text-soft">{words.byHand}</p>
        <CopyField text={inGroups(setup.secret)} label={words.key} />
      </div>
      <FormError text={confirm.error?.message} />
      <TextField
        label={accountWords.signIn.code}
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        className="font-mono tracking-wider"
        maxLength={20}
        autoFocus
      />
      <Button look="main" type="submit" busy={confirm.isPending}>
        {words.switchOn}
      </Button>
    </form>
  )
}

/** Four letters at a time are easier to type; apps take it with blanks. */
function inGroups(secret: string): string {
  return secret.replace(/=+$/, '').replace(/.{4}(?=.)/g, '$& ')
}
