/** The browser's side of a passkey (WebAuthn, level 3): the API makes the options and checks the answer. */
import { client, type DataOf } from '../api/client.ts'
import { accountWords } from '../words/en/account.ts'

/** Why there can be no passkey here, as a sentence; undefined when there can. */
export function whyNoPasskeys(): string | undefined {
  if (isAddress(location.hostname)) return accountWords.passkeys.byAddress
  const has =
    typeof PublicKeyCredential !== 'undefined' && 'parseRequestOptionsFromJSON' in PublicKeyCredential
  return has ? undefined : accountWords.passkeys.unsupported
}

/** Rejects with PasskeyUnused when nobody chose one. */
export async function signInWithPasskey(): Promise<DataOf<'session.passkey'>> {
  const { ceremony, options } = await client.call('session.passkey-begin', { body: {} })
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as never)
  const response = await chosen(navigator.credentials.get({ publicKey }), accountWords.signIn.passkeyUnused)
  return client.call('session.passkey', { body: { ceremony, response } })
}

/** As the API takes it (`addPasskeySchema`): a name that it refuses would leave a passkey behind that nobody knows. */
const NAME = /^\P{C}{1,100}$/u

/** Rejects with PasskeyUnused when none was made. */
export async function addPasskey(name: string): Promise<DataOf<'passkeys.add'>> {
  if (!NAME.test(name.trim())) throw new PasskeyUnused(accountWords.passkeys.badName)
  const { ceremony, options } = await client.call('passkeys.begin')
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as never)
  const response = await chosen(navigator.credentials.create({ publicKey }), accountWords.passkeys.unmade)
  return client.call('passkeys.add', { body: { ceremony, name, response } })
}

/** The dialog of the browser was closed, took too long, or found nothing: it does not tell which (WebAuthn, 14.5). */
export class PasskeyUnused extends Error {
  override readonly name = 'PasskeyUnused'
}

type PasskeyResponse = { id: string; rawId: string; type: 'public-key'; response: { clientDataJSON: string } }

async function chosen(asking: Promise<Credential | null>, whyNot: string): Promise<PasskeyResponse> {
  const credential = await asking.catch(cause => {
    throw new PasskeyUnused(whyNot, { cause })
  })
  if (credential === null) throw new PasskeyUnused(whyNot)
  return (credential as PublicKeyCredential).toJSON() as PasskeyResponse
}

/** `127.0.0.1`, `[::1]`: a passkey belongs to a name. */
function isAddress(hostname: string): boolean {
  return /^[\d.]+$|^\[/.test(hostname)
}
