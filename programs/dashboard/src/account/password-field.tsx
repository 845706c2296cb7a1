import { TextField } from '../components/field.tsx'
import { accountWords } from '../words/en/account.ts'

interface NewPasswordFieldProps {
  name: string
  label?: string
  error?: string | readonly string[] | undefined
  autoFocus?: boolean
}

/** A new password. What the rules of the platform have against it is told one by one. */
export function NewPasswordField({
  name,
  label = accountWords.password.new,
  error,
  autoFocus = false,
}: NewPasswordFieldProps) {
  return (
    <TextField
      label={label}
      name={name}
      type="password"
      autoComplete="new-password"
      required
      autoFocus={autoFocus}
      hint={error === undefined && accountWords.password.hint}
      error={error}
    />
  )
}
