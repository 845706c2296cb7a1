import { useState } from 'react'
import { TextField } from '../components/field.tsx'
import { accountWords as words } from '../words/en/account.ts'
import { givenText } from './form-text.ts'

/** One field for a proof of the second factor: a code of the app, or after a press one on paper. */
export function FactorField({ error, autoFocus = false }: { error?: string; autoFocus?: boolean }) {
  const [onPaper, setOnPaper] = useState(false)
  const [touched, setTouched] = useState(false)
  const kind = onPaper ? PAPER : APP
  return (
    <div className="grid justify-items-start gap-2">
      <div className="w-full">
        <TextField
          {...kind}
          key={kind.name}
          required
          spellCheck={false}
          autoCapitalize="none"
          className="font-mono tracking-wider"
          autoFocus={autoFocus || touched}
          {...(error && { error })}
        />
      </div>
      <button
        type="button"
        className="rounded-sm text-sm text-accent hover:underline"
        onClick={() => {
          setOnPaper(!onPaper)
          setTouched(true)
        }}
      >
        {onPaper ? words.signIn.useCode : words.signIn.useRecoveryCode}
      </button>
    </div>
  )
}

const APP = {
  name: 'code',
  label: words.signIn.code,
  hint: words.signIn.codeHint,
  inputMode: 'numeric',
  autoComplete: 'one-time-code',
  maxLength: 20,
} as const

const PAPER = {
  name: 'recoveryCode',
  label: words.signIn.recoveryCode,
  hint: words.signIn.recoveryCodeHint,
  autoComplete: 'off',
  maxLength: 40,
} as const

/** What was typed into it. */
export function givenFactor(form: FormData): { code?: string; recoveryCode?: string } {
  const code = givenText(form, 'code')
  const recoveryCode = givenText(form, 'recoveryCode')
  return { ...(code && { code }), ...(recoveryCode && { recoveryCode }) }
}
