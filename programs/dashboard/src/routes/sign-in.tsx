import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link, useRouter } from '@tanstack/react-router'
import { Mail } from 'lucide-react'
import { queries } from '../api/queries.ts'
import { buttonLook } from '../components/button.tsx'
import { CopyField } from '../components/copy-field.tsx'
import { Outside } from '../shell/outside.tsx'
import { SignInForm } from '../shell/sign-in-form.tsx'
import { accountWords } from '../words/en/account.ts'
import { words } from '../words/en.ts'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { next = '/' } = route.useSearch()
  const router = useRouter()
  const { data: setup } = useQuery({ ...queries.setup(), throwOnError: false })
  if (setup?.claimed === false) return <NotClaimed />
  return (
    <Outside title={words.session.signIn}>
      <SignInForm
        onDone={() => router.history.push(next)}
        forgot={
          <Link to="/sign-in/forgot" className="-mt-2 justify-self-end text-sm text-accent hover:underline">
            {accountWords.signIn.forgot}
          </Link>
        }
        otherWays={
          <Link to="/sign-in/link" className={buttonLook('plain')}>
            <Mail aria-hidden className="size-4" />
            {accountWords.signIn.mailLink}
          </Link>
        }
      />
    </Outside>
  )
}

function NotClaimed() {
  return (
    <Outside title={words.session.notClaimed} about={words.session.notClaimedAbout}>
      <CopyField text="npx seaworthy up" label={words.deploy.cli} />
    </Outside>
  )
}
