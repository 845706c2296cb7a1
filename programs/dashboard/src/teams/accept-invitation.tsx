import { useQueryClient } from '@tanstack/react-query'
import { client } from '../api/client.ts'
import { type Identity, keys } from '../api/queries.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { FormError } from '../components/field.tsx'
import { Name } from '../components/name.tsx'
import { inertLine } from '../text/inert.ts'
import { teamWords } from '../words/en/teams.ts'
import { useArrival } from './use-arrival.ts'

const w = teamWords.invitation

interface AcceptInvitationProps {
  token: string
  identity: Identity
  /** The only address that it is for; null: for whoever has the link. */
  email: string | null
}

/** For somebody who is signed in. */
export function AcceptInvitation({ token, identity, email }: AcceptInvitationProps) {
  const queryClient = useQueryClient()
  const arrive = useArrival()
  const accept = useAction({
    run: () => client.call('invitations.accept', { body: { token } }),
    quiet: true,
    onDone: ({ team }) => arrive(team),
  })
  const signOut = useAction({
    run: () => client.call('session.delete'),
    onDone: () => queryClient.resetQueries({ queryKey: keys.session }),
  })
  const isForAnother = email !== null && email.toLowerCase() !== identity.email?.toLowerCase()
  return (
    <div className="grid gap-4">
      <FormError text={accept.error?.message} />
      <p>
        {w.as} <Name className="font-medium">{identity.email ?? ''}</Name>.{' '}
        {isForAnother && <bdi className="text-warn">{w.another(inertLine(email))}</bdi>}
      </p>
      <Button
        look="main"
        busy={accept.isPending}
        whyNot={isForAnother ? w.another(inertLine(email)) : undefined}
        onClick={() => accept.mutate()}
      >
        {w.accept}
      </Button>
      <Button look="quiet" busy={signOut.isPending} onClick={() => signOut.mutate()}>
        {w.other}
      </Button>
    </div>
  )
}
