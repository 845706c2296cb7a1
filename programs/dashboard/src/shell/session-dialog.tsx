import { useQueryClient } from '@tanstack/react-query'
import { type Identity, keys } from '../api/queries.ts'
import { Dialog } from '../components/dialog.tsx'
import { words } from '../words/en.ts'
import { SignInForm } from './sign-in-form.tsx'

/** Asks to sign in again on top of the page, which stays as it is with all that was typed. */
export default function SessionDialog() {
  const queryClient = useQueryClient()
  const email = queryClient.getQueryData<Identity>(keys.session)?.email ?? undefined
  return (
    <Dialog open title={words.session.ended} about={words.session.endedAbout}>
      <SignInForm {...(email && { email })} onDone={() => void queryClient.invalidateQueries()} />
    </Dialog>
  )
}
