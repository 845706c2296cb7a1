/** What people do about their own account in a real browser: factors, passkeys, links from mails, sessions, devices. */
import { systemPart, waitFor } from '@seaworthy/testing'
import { type BrowserPage, openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { authenticatorCode } from './harness/authenticator.ts'
import { ADA, mailTo, setupToken, tokenOf } from './harness/people.ts'
import { Platform } from './harness/platform.ts'
import { Terminal } from './harness/terminal.ts'

const NEW_PASSWORD = 'Silver-Anchor-63-Gardens'
const CODE_STEP_MS = 30_000

let platform: Platform
beforeAll(async () => {
  platform = await Platform.start()
})
afterAll(() => platform?.destroy())

describe.skipIf(await systemPart.missing('chromium'))('in a browser', () => {
  let page: Page
  let complaints: string[]
  let password = ADA.password
  let secret = ''
  let recoveryCodes: string[] = []
  beforeEach(async () => {
    ;({ page, complaints } = await openPage())
    return () => expect(complaints).toEqual([])
  })

  test('whoever claims the platform is told every reason against their password', async () => {
    const token = await setupToken(Terminal.onMachine(platform))
    await page.goto(at(`/setup#token=${token}`))
    await page.getByLabel('Your name').fill(ADA.name)
    await page.getByLabel('E-mail address').fill(ADA.email)
    await page.getByLabel('Password').fill('short')
    await page.getByRole('button', { name: 'Become the owner' }).click()

    const reasons = page.getByRole('listitem')
    await reasons.getByText('must have at least 10 characters').waitFor()
    expect(await reasons.allTextContents()).toContain('needs a digit')
    expect(await seriousFindings(page)).toEqual([])

    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Become the owner' }).click()
    await page.getByRole('heading', { name: 'Apps' }).waitFor()
  })

  test('the link of a mail confirms the address, also for who is not signed in yet', async () => {
    const mail = await mailTo(platform, ADA.email, /Confirm your e-mail/)

    await page.goto(at(`/account/email#token=${tokenOf(mail)}`))
    await fillSignIn(page, password)
    await page.getByRole('button', { name: 'Confirm the address' }).click()
    await page.getByText('Your address is confirmed').waitFor()
    await page.getByRole('link', { name: 'Go to your account' }).click()

    await page.getByText('Confirmed', { exact: true }).waitFor()
    await page.getByLabel('Name', { exact: true }).fill('Ada <b>King</b>')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Your name is saved.').waitFor()
    expect(await seriousFindings(page)).toEqual([])
  })

  test('the link of a mail opens a session, once', async () => {
    await page.goto(at('/account/sessions'))
    await page.getByRole('link', { name: 'E-mail me a link' }).click()
    await untilAskedForMail(page)
    await page.getByLabel('E-mail address').fill(ADA.email)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.getByText('Look into your mailbox').waitFor()
    const token = tokenOf(await mailTo(platform, ADA.email, /link to sign in/))

    await page.goto(at(`/sign-in/link#token=${token}`))
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('heading', { name: 'Apps' }).waitFor()
    await signOut(page)
    await page.goto(at(`/sign-in/link#token=${token}`))
    await page.getByRole('button', { name: 'Sign in' }).click()

    await page.getByRole('alert').getByText('used before').waitFor()
    await page.getByRole('link', { name: 'Ask for another link' }).click()
    await page.getByRole('button', { name: 'Send the link' }).waitFor()
  })

  test('a forgotten password is chosen anew with the link of a mail', async () => {
    await page.goto(at('/sign-in'))
    await page.getByRole('link', { name: 'Forgot it?' }).click()
    await untilAskedForMail(page)
    await page.getByLabel('E-mail address').fill(ADA.email)
    await page.getByRole('button', { name: 'Send the link' }).click()
    await page.getByText('Look into your mailbox').waitFor()
    const mail = await mailTo(platform, ADA.email, /Choose a new password/)

    await page.goto(at(`/sign-in/new-password#token=${tokenOf(mail)}`))
    await page.getByLabel('New password').fill('Password1!')
    await page.getByRole('button', { name: 'Save the password' }).click()
    await page.locator('[name=password][aria-invalid=true]').waitFor()
    await page.getByLabel('New password').fill(NEW_PASSWORD)
    await page.getByRole('button', { name: 'Save the password' }).click()
    await page.getByText('The new password is set').waitFor()
    password = NEW_PASSWORD
    await page.getByRole('link', { name: 'Sign in' }).click()
    await fillSignIn(page, password)

    await page.getByRole('heading', { name: 'Apps' }).waitFor()
  })

  test('a second factor is set up, and then asked for at each sign-in', async () => {
    await openSignedIn(page, '/account/security')
    await page.getByRole('button', { name: 'Set it up' }).click()
    await page.getByRole('dialog').getByLabel('Your password').fill(password)
    await page.getByRole('button', { name: 'Continue' }).click()
    const picture = page.getByAltText('QR code for the authenticator app')
    await waitFor(() => picture.evaluate((image: { naturalWidth: number }) => image.naturalWidth > 0))
    expect(await seriousFindings(page)).toEqual([])
    secret = (await page.getByRole('dialog').locator('code').textContent())!.replaceAll(' ', '')
    await page.getByLabel('Code of your authenticator app').fill(await freshCode())
    await page.getByRole('button', { name: 'Switch it on' }).click()
    await page.getByText('Keep these recovery codes').waitFor()
    recoveryCodes = await page.getByRole('dialog').getByRole('listitem').allTextContents()
    expect(recoveryCodes).toHaveLength(10)
    await page.getByRole('switch').click()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('10 recovery codes are left.').waitFor()

    await signOut(page)
    await fillSignIn(page, password)
    await page.getByLabel('Code of your authenticator app').fill('000000')
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('alert').getByText('The code is wrong').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByLabel('Code of your authenticator app').fill(await freshCode())
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Apps' }).waitFor()
  })

  test('a recovery code opens the account in place of a code, and leads back to where one wanted to go', async () => {
    await openSignedIn(page, '/account/security')

    await page.getByText('9 recovery codes are left.').waitFor()
    expect(new URL(page.url()).pathname).toBe('/account/security')
  })

  test('a passkey is added, signs in without a name and a code, and is removed', async () => {
    await useVirtualAuthenticator(page)
    await openSignedIn(page, '/account/security')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('<i>Laptop</i>\u202e')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('alert').or(page.getByText('signs you in from now on')).first().waitFor()
    expect(await page.getByRole('alert').allTextContents()).toEqual([expect.stringContaining('control')])
    await page.getByRole('dialog').getByLabel('Name').fill('<i>Laptop</i>')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('signs you in from now on').waitFor()
    expect(await seriousFindings(page)).toEqual([])

    await signOut(page)
    await page.getByRole('button', { name: 'Use a passkey' }).click()
    await page.getByRole('heading', { name: 'Apps' }).waitFor()

    await page.goto(at('/account/security'))
    await page.getByRole('button', { name: 'Remove <i>Laptop</i>' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('You have none yet.').waitFor()
  })

  test('a program that waits with a code is let in by its person, and can be ended like any session', async () => {
    const terminal = Terminal.elsewhere(platform)
    const login = terminal.start(['login', '--url', at('')])
    const code = await waitFor(() => /code ([A-Z]{4}-[A-Z]{4})/.exec(login.outcome.stderr)?.[1], {
      timeoutMs: 60_000,
    })

    await openSignedIn(page, '/device')
    await page.getByLabel('Code', { exact: true }).fill(code.toLowerCase())
    await page.getByRole('button', { name: 'Look it up' }).click()
    await page.getByText('Seaworthy command line').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('It is signed in').waitFor()
    expect(await login.ended()).toMatchObject({ code: 0, stdout: expect.stringContaining(ADA.email) })

    await page.getByRole('link', { name: 'Your sessions' }).click()
    await page.getByRole('button', { name: 'End the session on Seaworthy command line' }).click()
    await page.getByText('The session ended.').waitFor()
    expect((await terminal.run(['whoami'])).code).toBe(3)
  })

  test('signing out everywhere ends the session of another browser at its next request', async () => {
    const other = await openPage()
    await openSignedIn(other.page, '/account')
    await openSignedIn(page, '/account/sessions')
    expect(await seriousFindings(page)).toEqual([])

    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.waitForURL(({ pathname }) => pathname === '/sign-in')
    await other.page.getByRole('link', { name: 'Sessions' }).click()
    await other.page.getByText('Your session ended').waitFor()

    await other.page.goto(at('/account/data'))
    await other.page.waitForURL(({ pathname }) => pathname === '/sign-in')
    expect(other.complaints).toEqual([])
  })

  test('data is gathered and downloaded, and the last administrator is told why they cannot go', async () => {
    await openSignedIn(page, '/account/data')
    await page.getByRole('button', { name: 'Gather my data' }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download' }).click({ timeout: 60_000 })
    const file = await downloading
    expect(await file.failure()).toBeNull()
    expect(await seriousFindings(page)).toEqual([])

    await page.getByRole('button', { name: 'Delete your account' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel(`Type ${ADA.email}`).fill(ADA.email)
    await dialog.getByRole('button', { name: 'Delete your account' }).click()

    await dialog.getByRole('alert').getByText('cannot be deleted yet').waitFor()
  })

  async function openSignedIn(page: Page, path: string): Promise<void> {
    await page.goto(at(path))
    await fillSignIn(page, password)
    if (recoveryCodes.length > 0) {
      await page.getByRole('button', { name: 'Use a recovery code instead' }).click()
      await page.getByLabel('Recovery code').fill(recoveryCodes.shift()!)
      await page.getByRole('button', { name: 'Continue' }).click()
    }
    await page.waitForURL(({ pathname }) => pathname === path)
  }

  /** One of a step that was not used yet: a code is good once (RFC 6238, 5.2). */
  let lastStep = 0
  async function freshCode(): Promise<string> {
    const step = await waitFor(
      () => {
        const now = Math.floor(Date.now() / CODE_STEP_MS)
        // The platform takes the code of a step ahead too, so that nobody waits for the first two; never one of the
        // step before, which may be too old once it arrives.
        return [now, now + 1].find(step => step > lastStep)
      },
      { timeoutMs: 2 * CODE_STEP_MS },
    )
    lastStep = step
    return authenticatorCode(secret, step * CODE_STEP_MS)
  }
})

/** A busy machine takes its time. */
async function openPage(): Promise<BrowserPage> {
  const opened = await openBrowserPage()
  opened.page.context().setDefaultTimeout(60_000)
  return opened
}

/** Passkeys belong to a name, which on the machine itself is `localhost`. */
function at(path: string): string {
  return `http://localhost:${platform.port}${path}`
}

async function fillSignIn(page: Page, password: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(ADA.email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** The page before has a field of the same name. */
async function untilAskedForMail(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send the link' }).waitFor()
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Your account' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.waitForURL(({ pathname }) => pathname === '/sign-in')
}

/** WebAuthn, 11: a device with a finger on it. */
async function useVirtualAuthenticator(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const device = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true } as const
  const person = { hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true }
  await devtools.send('WebAuthn.addVirtualAuthenticator', { options: { ...device, ...person } })
}
