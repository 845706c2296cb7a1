/** The dashboard in a real browser, against a real server. Its journeys with real apps are in e2e. */
import { systemPart, waitFor } from '@seaworthy/testing'
import { openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { OWNER, RECEIPT, startTestControlPlane } from './test-control-plane.ts'

const PHONE = { width: 360, height: 740 }
const HOSTILE = '<b>Shop</b>\u202e<img src=x onerror=alert(1)>'

/** A browser on a busy machine takes its time. */
const SLOWLY = { timeout: 180_000 }

describe.skipIf(await systemPart.missing('chromium'))('in a browser', SLOWLY, () => {
  test('the owner claims the platform, sees the apps and rolls one back, on a phone as well', async () => {
    const platform = await startTestControlPlane()
    const app = await platform.apps.create({ slug: 'shop', name: HOSTILE })
    await platform.deployments.add(app, { state: 'succeeded', receipt_json: JSON.stringify(RECEIPT) })
    await addReleases(platform, app.id)
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

    await page.getByRole('link', { name: '<b>Shop</b>' }).click()
    await page.getByRole('link', { name: 'Releases' }).click()
    await page.getByRole('button', { name: 'Roll back to v1' }).click()
    await page.getByText('The code is the same.').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back to v1' }).click()
    await waitFor(() => platform.deployments.calls.includes('rollback 1 release'))

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
    await page.getByRole('button', { name: 'Save' }).first().click()
    await page.getByRole('dialog', { name: 'Your session ended' }).waitFor()
    await page.getByRole('dialog').getByLabel('Password').fill(OWNER.password)
    await page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })

    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Harbour shop')
    await page.getByRole('button', { name: 'Save' }).first().click()
    await page.getByText('The settings are saved.').waitFor()
    await page.getByRole('heading', { name: 'Harbour shop' }).waitFor()
    expect(complaints).toEqual([])
  })

  test('no page has a serious finding of axe, in light and in dark', async () => {
    const platform = await startTestControlPlane()
    await platform.accounts.ensureOwner(OWNER)
    const app = await platform.apps.create({ slug: 'shop', name: HOSTILE })
    await platform.deployments.add(app, {
      state: 'failed',
      error_code: 'health_check_failed',
      error_message: '\u001b[31mIt did not answer\u001b[0m',
    })
    await addReleases(platform, app.id)
    const { page, complaints } = await openBrowserPage()
    await page.goto(`${platform.url}/`)
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    const findings: string[] = []
    findings.push(...(await seriousFindings(page)))
    await signIn(page)

    for (const [path, heading] of PAGES) {
      await page.goto(platform.url + path)
      await page.getByRole('heading', { name: heading }).first().waitFor()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.evaluate(TWO_FRAMES)
        const found = await seriousFindings(page)
        findings.push(...found.map(finding => `${path} in ${colorScheme}: ${finding}`))
      }
    }
    expect(findings).toEqual([])
    expect(complaints).toEqual([])
  })
})

/** Until the page is drawn in its new colours. */
const TWO_FRAMES = 'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))'

const PAGES: [path: string, heading: string][] = [
  ['/', 'Apps'],
  ['/platform', 'What keeps apps apart'],
  ['/apps/shop', 'What changed?'],
  ['/apps/shop/deployments', 'Shop'],
  ['/apps/shop/deployments/1', 'Deployment #1'],
  ['/apps/shop/releases', 'Shop'],
  ['/apps/shop/logs', 'Shop'],
  ['/apps/shop/env', 'Environment'],
  ['/apps/shop/settings', 'General'],
  ['/apps/none', 'There is nothing here'],
]

async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in')
}

function overflows(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth > innerWidth') as Promise<boolean>
}

async function addReleases(
  { store }: Awaited<ReturnType<typeof startTestControlPlane>>,
  appId: string,
): Promise<void> {
  const common = {
    app_id: appId,
    artifact_digest: 'sha256:1',
    build_id: 'bld_1',
    env_version: 0,
    settings_json: '{}',
    rollback_of: null,
    created_by: 'test',
  }
  const source = {
    id: 'src_1',
    app_id: appId,
    digest: 'd',
    kind: 'archive' as const,
    origin_json: '{}',
    size_bytes: 1,
    entries: 1,
    created_at: 1,
  }
  await store.db.insertInto('sources').values(source).execute()
  await store.db
    .insertInto('builds')
    .values({
      id: 'bld_1',
      app_id: appId,
      number: 1,
      source_id: 'src_1',
      state: 'succeeded',
      artifact_digest: 'sha256:1',
      result_json: null,
      steps_json: '[]',
      error_code: null,
      error_message: null,
      created_at: 1,
      started_at: null,
      finished_at: null,
    })
    .execute()
  for (const version of [1, 2]) {
    await store.db
      .insertInto('releases')
      .values({ ...common, id: `rel_${version}`, version, reason: 'deploy', created_at: version })
      .execute()
  }
  await store.db.updateTable('apps').set({ current_release_id: 'rel_2' }).execute()
}
