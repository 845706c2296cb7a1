import { Fingerprint } from 'lucide-react'
import type { DataOf } from '../api/client.ts'
import { useAction } from '../api/use-action.ts'
import { Button } from '../components/button.tsx'
import { accountWords as words } from '../words/en/account.ts'
import { signInWithPasskey, whyNoPasskeys } from './browser-passkeys.ts'

/** Signs in with a passkey, without a name; nothing where there can be none. */
export function PasskeyButton({ onDone }: { onDone(session: DataOf<'session.passkey'>): void }) {
  const signIn = useAction({ run: signInWithPasskey, onDone })
  if (whyNoPasskeys() !== undefined) return null
  return (
    <Button
      icon={<Fingerprint aria-hidden className="size-4" />}
      busy={signIn.isPending}
      onClick={() => signIn.mutate()}
    >
      {words.signIn.passkey}
    </Button>
  )
}
