/** The dashboard in a real browser, against a real server. Its journeys with real apps are in e2e. */
import { systemPart } from '@seaworthy/testing'
import { openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { OWNER, RECEIPT, startTestControlPlane } from './test-control-plane.ts'

const PHONE = { width: 360, height: 740 }
const HOSTILE = '<b>Shop</b>\u202e<img src=x onerror=alert(1)>'

/** A browser on a busy machine takes its time. */
const SLOWLY = { timeout: 180_000 }

describe.skipIf(await systemPart.missing('chromium'))('in a browser', SLOWLY, () => {
  test('the owner claims the platform and sees the apps and a deployment on a phone', async () => {
    const platform = await startTestControlPlane()
    const app = await platform.apps.create({ slug: 'shop', name: HOSTILE })
    await platform.deployments.add(app, { state: 'succeeded', receipt_json: JSON.stringify(RECEIPT) })
    const { hash } = new URL((await platform.local.call('setup.link')).url!)
    const { page, complaints } = await openBrowserPage(PHONE)

    await page.goto(`${platform.url}/setup${hash}`)
    await page.getByLabel('Your name').fill(OWNER.name)
    await page.getByLabel('E-mail address').fill(OWNER.email)
    await page.getByLabel('Password').fill('short')
    await page.getByRole('button', { name: 'Become the owner' }).click()
    await page.locator('[name=password][aria-invalid=true]').waitFor()
    await page.getByLabel('Password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Become the owner' }).click()
    await page.getByRole('heading', { name: 'Apps' }).waitFor()
    expect(new URL(page.url()).hash).toBe('')

    await page.getByRole('link', { name: '<b>Shop</b>' }).waitFor()

    await page.goto(`${platform.url}/apps/shop/deployments/1`)
    await page.getByText('10 requests, 0 failed').waitFor()
    expect(await overflows(page)).toBe(false)
    await page.getByRole('button', { name: 'Open the menu' }).click()
    await page.getByRole('button', { name: 'Your account' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await signIn(page)
    await page.getByRole('heading', { name: 'Apps' }).waitFor()
    expect(complaints).toEqual([])
  })

  test('whoever comes without a session signs in and is where they wanted to go', async () => {
    const platform = await startTestControlPlane()
    await platform.accounts.ensureOwner(OWNER)
    await platform.apps.create({ slug: 'shop', name: 'Shop' })
    const { page, complaints } = await openBrowserPage()

    await page.goto(`${platform.url}/apps/shop/settings`)
    await signIn(page)

    await page.getByLabel('Name', { exact: true }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/apps/shop/settings')
    expect(complaints).toEqual([])
  })

  test('who must have a second factor and has none is led to set one up, whatever the page', async () => {
    const platform = await startTestControlPlane({ factorRule: 'all' })
    await platform.accounts.ensureOwner(OWNER)
    const { page, complaints } = await openBrowserPage()

    await page.goto(`${platform.url}/account/sessions`)
    await signIn(page)

    await page.getByRole('heading', { name: 'This platform asks for a second factor' }).waitFor()
    await page.getByRole('link', { name: 'Platform' }).click()
    await page.waitForURL(({ pathname }) => pathname === '/platform')
    await page.getByLabel('Your password').fill(OWNER.password)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByAltText('QR code for the authenticator app').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  })

  test('a session that ends in the middle of a form is renewed on top of it', async () => {
    const platform = await startTestControlPlane()
    await platform.accounts.ensureOwner(OWNER)
    await platform.apps.create({ slug: 'shop', name: 'Shop' })
    const { page, complaints } = await openBrowserPage()
    await page.goto(`${platform.url}/apps/shop/settings`)
    await signIn(page)

    await page.getByLabel('Name', { exact: true }).fill('Harbour shop')
    await platform.store.db.deleteFrom('session').execute()
    await page.getByRole('button', { name: 'See what changes' }).first().click()
    await page.getByRole('dialog', { name: 'Your session ended' }).waitFor()
    await page.getByRole('dialog').getByLabel('Password').fill(OWNER.password)
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Harbour shop')
    await page.getByRole('button', { name: 'See what changes' }).first().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Change it' }).click()
    await page.getByText('The settings are saved.').waitFor()
    await page.getByRole('heading', { name: 'Harbour shop' }).waitFor()
    expect(complaints).toEqual([])
  })
})

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in')
}

function overflows(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > innerWidth') as Promise<boolean>
}
