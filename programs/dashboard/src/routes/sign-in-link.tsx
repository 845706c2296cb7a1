import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { AskForLink } from '../account/ask-for-link.tsx'
import { FactorStep } from '../account/factor-step.tsx'
import { useLinkToken } from '../account/link-token.ts'
import { pendingTokenOf, useSignedIn } from '../account/use-signed-in.ts'
import { ApiError, client } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { FormError } from '../components/field.tsx'
import { Outside } from '../shell/outside.tsx'
import { accountWords } from '../words/en/account.ts'
import { words } from '../words/en.ts'

/** Asks for a mail with a link; opened by that link, it signs in. */
export function SignInLinkPage() {
  const token = useLinkToken()
  if (token !== undefined) return <OpenLink token={token} />
  const { title, about, ask } = accountWords.link
  return <AskForLink of="session.mail-link" title={title} about={about} submit={ask} />
}

/** With a press of its reader: programs that look into mails open links too, and this one works once. */
function OpenLink({ token }: { token: string }) {
  const [pendingToken, setPendingToken] = useState<string>()
  const navigate = useNavigate()
  const signedIn = useSignedIn(() => void navigate({ to: '/', replace: true }))
  const open = useAction({
    run: () => client.call('session.open-link', { body: { token } }),
    quiet: true,
    onDone: signedIn,
  })
  // Whatever else went wrong, such as no answer, may have left the link as it was.
  const isSpent = open.error instanceof ApiError && open.error.code === 'link_not_valid'
  const press = () => open.mutate(undefined, { onError: error => setPendingToken(pendingTokenOf(error)) })
  if (pendingToken !== undefined) {
    return (
      <Outside title={accountWords.signIn.codeTitle}>
        <FactorStep
          pendingToken={pendingToken}
          onDone={signedIn}
          onStartOver={() => void navigate({ to: '/sign-in' })}
        />
      </Outside>
    )
  }
  return (
    <Outside title={accountWords.link.openTitle} about={accountWords.link.openAbout}>
      <div className="grid gap-4">
        <FormError text={open.error?.message} />
        {!isSpent && (
          <Button look="main" autoFocus busy={open.isPending} onClick={press}>
            {words.session.signIn}
          </Button>
        )}
        {open.isError && (
          <Link to="/sign-in/link" hash="" className={buttonLook(isSpent ? 'main' : 'quiet')}>
            {accountWords.link.another}
          </Link>
        )}
      </div>
    </Outside>
  )
}
