import { type ReactNode, useState } from 'react'
import { FactorStep } from '../account/factor-step.tsx'
import { PasskeyButton } from '../account/passkey-button.tsx'
import { PasswordStep } from '../account/password-step.tsx'
import { useSignedIn } from '../account/use-signed-in.ts'
import { Divider } from '../components/divider.tsx'
import { accountWords as words } from '../words/en/account.ts'

interface SignInFormProps {
  email?: string
  onDone(): void
  /** Below the password: the way for who forgot it. */
  forgot?: ReactNode
  /** Further ways, below the passkey. */
  otherWays?: ReactNode
}

/** All steps of a sign-in, in one place; used by the sign-in page and by the dialog of a session that ended. */
export function SignInForm({ email, onDone, forgot, otherWays }: SignInFormProps) {
  const [pendingToken, setPendingToken] = useState<string>()
  const signedIn = useSignedIn(onDone)
  if (pendingToken !== undefined) {
    return (
      <FactorStep
        pendingToken={pendingToken}
        onDone={signedIn}
        onStartOver={() => setPendingToken(undefined)}
      />
    )
  }
  return (
    <div className="grid gap-4">
      <PasswordStep email={email} onDone={signedIn} onFactorNeeded={setPendingToken}>
        {forgot}
      </PasswordStep>
      <Divider text={words.or} />
      <div className="grid gap-2">
        <PasskeyButton onDone={signedIn} />
        {otherWays}
      </div>
    </div>
  )
}
