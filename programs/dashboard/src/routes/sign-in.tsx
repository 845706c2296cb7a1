import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { queries } from '../api/queries.ts'
import { CopyField } from '../components/copy-field.tsx'
import { Outside } from '../shell/outside.tsx'
import { SignInForm } from '../shell/sign-in-form.tsx'
import { words } from '../words/en.ts'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { next = '/' } = route.useSearch()
  const router = useRouter()
  const { data: setup } = useQuery({ ...queries.setup(), throwOnError: false })
  if (setup?.claimed === false) return <NotClaimed />
  return (
    <Outside title={words.session.signIn}>
      <SignInForm onDone={() => router.history.push(next)} />
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
