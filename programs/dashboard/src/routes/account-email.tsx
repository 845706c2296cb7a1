import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useLinkToken } from '../account/link-token.ts'
import { client } from '../api/client.ts'
import { keys, queries } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { FormError } from '../components/field.tsx'
import { PageSkeleton } from '../components/skeleton.tsx'
import { Outside } from '../shell/outside.tsx'
import { SignInForm } from '../shell/sign-in-form.tsx'
import { accountWords } from '../words/en/account.ts'

const words = accountWords.confirmEmail

/** Opened by a mailed link, signed in or not: whoever is not signs in here, so that the token stays in the fragment. */
export function ConfirmEmailPage() {
  const token = useLinkToken()
  const queryClient = useQueryClient()
  const session = useQuery({ ...queries.session(), throwOnError: false, retry: false })
  if (token === undefined) return <Incomplete />
  if (session.isPending) return <PageSkeleton />
  if (session.data) return <Confirm token={token} />
  return (
    <Outside title={words.title} about={words.signInAbout}>
      <SignInForm onDone={() => void queryClient.invalidateQueries()} />
    </Outside>
  )
}

function Incomplete() {
  return (
    <Outside title={accountWords.link.incomplete} about={accountWords.link.incompleteAbout}>
      <Link to="/account" className={buttonLook('main')}>
        {words.toAccount}
      </Link>
    </Outside>
  )
}

function Confirm({ token }: { token: string }) {
  const confirm = useAction({
    run: () => client.call('account.confirm-email', { body: { token } }),
    refresh: [keys.account, keys.session],
    quiet: true,
  })
  const { data: account } = confirm
  return (
    <Outside
      title={account ? words.done : words.title}
      about={account ? words.doneAbout(account.email) : words.about}
    >
      <div className="grid gap-4">
        <FormError text={confirm.error?.message} />
        {account ? (
          <Link to="/account" className={buttonLook('main')}>
            {words.toAccount}
          </Link>
        ) : (
          <Button look="main" autoFocus busy={confirm.isPending} onClick={() => confirm.mutate()}>
            {words.confirm}
          </Button>
        )}
      </div>
    </Outside>
  )
}
