/** A real browser with a virtual authenticator (WebAuthn, 11) against the API as it is served. */
import { readFile } from 'node:fs/promises'
import { freePort, systemPart } from '@seaworthy/testing'
import { openBrowserPage } from '@seaworthy/testing/browser'
import { expect, test } from 'vitest'
import { OWNER, startTestControlPlane } from '../http/test-control-plane.ts'

const PAGE_SCRIPT = new URL('fixtures/passkey-page.js', import.meta.url)
const AUTHENTICATOR = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
} as const

test.skipIf(await systemPart.missing('chromium'))(
  'a browser adds a passkey and signs in with it, and not when its person is not verified',
  async () => {
    const port = await freePort()
    const { accounts } = await startTestControlPlane({ port })
    await accounts.ensureOwner(OWNER)
    const { page } = await openBrowserPage()
    const devtools = await page.context().newCDPSession(page)
    await devtools.send('WebAuthn.enable')
    const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
      options: AUTHENTICATOR,
    })
    await page.goto(`http://localhost:${port}/`)
    await page.evaluate(await readFile(PAGE_SCRIPT, 'utf8'))

    const added = await page.evaluate(credentials => steps.add(credentials), {
      email: OWNER.email,
      password: OWNER.password,
    })
    const identity = await page.evaluate(() => steps.signIn())
    const byName = await page.evaluate(email => steps.signIn(email), OWNER.email)
    const stranger = await page.evaluate(() => steps.signIn('nobody@example.org').catch(String))
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
    const unverified = await page.evaluate(() => steps.signIn().catch(String))

    expect(added).toMatchObject({ name: 'This browser', synced: false })
    expect(identity).toMatchObject({ kind: 'user', email: OWNER.email })
    expect(byName).toMatchObject({ email: OWNER.email })
    expect(stranger).toContain('passkey_refused')
    expect(unverified).toContain('NotAllowedError')
    const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId })
    expect(credentials).toMatchObject([{ rpId: 'localhost', isResidentCredential: true }])
  },
)

/** Defined in the page by its script. */
declare const steps: {
  add(credentials: { email: string; password: string }): Promise<object>
  signIn(email?: string): Promise<object>
}
