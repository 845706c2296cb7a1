/**
 * The pages of the platform and the settings of an app, in a real browser against a real platform: jobs, disk, trash,
 * settings, plans; and what somebody sees who administers nothing.
 */
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, waitFor } from '@seaworthy/testing'
import { type BrowserPage, openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture } from './harness/apps.ts'
import { dashboardUrl, refuses, signInAt, untilSettled } from './harness/dashboard.ts'
import { Platform } from './harness/platform.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const BOB = { email: 'bob@example.org', name: 'Bob <b>bold</b>', password: 'Quiet-Pebble-82-Meadows' }
/** Nothing names it, so it can go. */
const STRAY = 'a'.repeat(64)
const STRAY_BYTES = 3_000_000
const missing = await systemPart.missing('chromium')

let platform: Platform

beforeAll(async () => {
  if (missing) return
  platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
    // Nobody listens there, so that a mail is tried again and again.
    SEAWORTHY_SMTP_URL: 'smtp://127.0.0.1:9',
    SEAWORTHY_MAIL_FROM: 'Seaworthy <mail@example.org>',
    SEAWORTHY_DASHBOARD_URL: 'http://localhost:4400',
    SEAWORTHY_SLEEP_AFTER_MINUTES: '0',
  })
  const { deployment } = await platform.deploy('shop', fixture('healthy'))
  if (deployment.state !== 'succeeded') throw new Error(deployment.error?.message)
})

afterAll(() => platform?.destroy())

describe.skipIf(missing)('in a browser', () => {
  let owner: BrowserPage
  let bob: BrowserPage
  beforeAll(async () => {
    owner = await openBrowserPage()
    await signInAt(owner.page, platform, OWNER)
  })

  test('a job tells what it is for and why it fails, is cancelled, and runs again', async () => {
    const { page } = owner
    const { api } = platform
    await api.call('invitations.create', {
      params: { team: 'default' },
      body: { role: 'developer', email: 'eve@example.org' },
    })
    await page.goto(dashboardUrl(platform, '/platform/jobs'))
    await page.getByLabel('Kind').selectOption('mail')
    await page.waitForURL(/kind=mail/)
    await page.getByText(/of 20 failed/).waitFor()
    await page.getByText(/127\.0\.0\.1:9 could not be reached/).waitFor()
    expect(await seriousFindings(page)).toEqual([])

    await page.getByRole('link', { name: 'Mail', exact: true }).click()
    await refuses(page, 'Run again', /waits already|runs/)
    await page.getByRole('button', { name: 'Cancel', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel', exact: true }).last().click()
    await page.getByText('Cancelled', { exact: true }).waitFor()
    await refuses(page, 'Cancel', /ended already/)
    expect(await seriousFindings(page)).toEqual([])

    await page.getByRole('button', { name: 'Run again', exact: true }).click()
    await page.getByText('The job is in line again.').waitFor()
    const [mail] = await api.call('jobs.list', { query: { kind: 'mail' } })
    await waitFor(async () => (await api.call('jobs.get', { params: { id: mail!.id } })).failures! > 0)
    await page.getByText('this machine').waitFor()
  })

  test('what takes the disk is told by kind and app, and what nobody needs goes once that was shown', async () => {
    const { page } = owner
    const stray = join(platform.home, 'artifacts', STRAY)
    mkdirSync(stray, { recursive: true })
    writeFileSync(join(stray, 'file'), Buffer.alloc(STRAY_BYTES, 'x'))
    // What is young may be about to be named by a release, and stays.
    utimesSync(stray, 1, 1)
    await page.goto(dashboardUrl(platform, '/platform/disk'))
    await page.getByText(/are used, \d/).waitFor()
    await page.getByText('Not of the platform').waitFor()
    await page.getByText('By app', { exact: true }).click()
    await page.getByText('The platform, or shared by apps').waitFor()
    expect(await seriousFindings(page)).toEqual([])

    await page.getByRole('button', { name: 'Reclaim' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(new RegExp(`sha256:${STRAY.slice(0, 20)}`)).waitFor()
    await dialog.getByText(/the data of apps/).waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: /^Remove 3\.\d MB/ }).click()
    await page.getByText(/MB were freed/).waitFor()
    const { items } = await platform.api.call('disk.reclaim', { body: { apply: false } })
    expect(items).toEqual([])
  })

  test('an app comes back from the trash, and another goes for good once its name was typed', async () => {
    const { page } = owner
    for (const slug of ['keeper', 'goner']) {
      await platform.ensureApp(slug)
      await platform.api.call('apps.delete', { params: { slug }, body: { confirm: slug } })
    }
    await page.goto(dashboardUrl(platform, '/platform/trash'))
    const keeper = page.getByRole('listitem').filter({ hasText: 'keeper' })
    await keeper.getByRole('button', { name: 'Restore' }).click()
    await page.getByRole('link', { name: 'Open the app' }).waitFor()
    await keeper.waitFor({ state: 'detached' })

    const goner = page.getByRole('listitem').filter({ hasText: 'goner' })
    await goner.getByRole('button', { name: 'Remove for good' }).click()
    const dialog = page.getByRole('dialog')
    const remove = dialog.getByRole('button', { name: 'Remove for good' })
    expect(await remove.getAttribute('aria-disabled')).toBe('true')
    await dialog.getByLabel('Type goner to go on').fill('goner')
    await remove.click()
    await goner.waitFor({ state: 'detached' })
    expect(await seriousFindings(page)).toEqual([])
    expect(await platform.api.call('trash.list')).toEqual([])
    expect((await platform.api.call('apps.get', { params: { slug: 'keeper' } })).slug).toBe('keeper')
  })

  test('the health of the platform and every setting are told, and no secret', async () => {
    const { page } = owner
    await page.goto(dashboardUrl(platform, '/platform'))
    await page.getByText('Memory of the platform itself').waitFor()
    await page.getByText(/are never given to builds/).waitFor()
    await page.getByText('No app has a certificate yet.').waitFor()
    expect(await seriousFindings(page)).toEqual([])

    await page.goto(dashboardUrl(platform, '/platform/settings'))
    await page.getByText('Master keys').first().waitFor()
    await page.getByLabel('Search the settings').fill('owner weak refused')
    await page.getByText('set, and never shown').waitFor()
    await page.getByText(/^1 setting$/).waitFor()
    expect(await page.content()).not.toContain(OWNER.password)
    expect(await seriousFindings(page)).toEqual([])
  })

  test('scale, limits and sleep are planned in words before they are made', async () => {
    const { page } = owner
    await page.goto(dashboardUrl(platform, '/apps/shop/settings'))
    await page.getByRole('button', { name: 'More of web' }).click()
    const dialog = await review(page, 'Processes')
    await dialog.getByText('1 more instance of web will start; the others go on.').waitFor()
    expect(await platform.running('shop')).toHaveLength(1)
    expect(await seriousFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Change it' }).click()
    await waitFor(async () => (await platform.running('shop')).length === 2, { timeoutMs: 60_000 })
    await dialog.waitFor({ state: 'detached' })

    await page.getByLabel('Memory (MB)').fill('300')
    await review(page, 'Resources')
    await dialog.getByText(/2 instances will be replaced by fresh ones, no request is dropped/).waitFor()
    await dialog.getByRole('button', { name: 'Cancel' }).click()

    await page.getByLabel('Fall asleep after (minutes)').fill('45')
    await review(page, 'General')
    await dialog.getByText(/sleeps after 45 minutes without a request/).waitFor()
    await dialog.getByRole('button', { name: 'Change it' }).click()
    await page.getByText('The settings are saved.').waitFor()
    expect((await platform.api.call('apps.get', { params: { slug: 'shop' } })).sleepAfterMinutes).toBe(45)
  })

  test('how an app is built and looked after is told, with the lines for seaworthy.json', async () => {
    const { page } = owner
    await page.goto(dashboardUrl(platform, '/apps/shop/settings/build'))
    await page.getByText(/^node \d+/).waitFor()
    await page.getByText('Set it in seaworthy.json: Memory of the build').click()
    await page.getByText('"build": { "memoryMb": 2048 }').waitFor()
    await page.getByText('It has no volume').waitFor()
    expect(await seriousFindings(page)).toEqual([])
  })

  test('a sign-in for a registry is kept by a team, and its password is never shown', async () => {
    const { page } = owner
    await page.goto(dashboardUrl(platform, '/teams/default/settings'))
    await page.getByRole('button', { name: 'Add a sign-in' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Host').fill('not a host')
    await dialog.getByLabel('User name').fill('ada')
    await dialog.getByLabel('Password or token').fill('never-to-be-seen')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText(/must be a host/).waitFor()
    await dialog.getByLabel('Host').fill('ghcr.io')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await page.getByText('as ada').waitFor()
    await dialog.waitFor({ state: 'detached' })
    expect(await page.content()).not.toContain('never-to-be-seen')
    await page.getByRole('button', { name: 'Remove ghcr.io' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('None: only public images can be deployed.').waitFor()
  })

  test('the palette leads to the new pages and does what can be done with an app', async () => {
    const { page } = owner
    await page.goto(dashboardUrl(platform, '/'))
    await untilSettled(page)
    const palette = page.getByPlaceholder('Go to an app, a page or an action')
    await page.keyboard.press('Control+k')
    await palette.pressSequentially('jobs')
    await page.getByRole('option', { name: 'Jobs', selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/platform\/jobs/)
    await page.keyboard.press('Control+k')
    await palette.pressSequentially('scale shop')
    await page.getByRole('option', { name: /^Scale/, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/apps\/shop\/settings/)
  })

  test('a viewer who administers nothing gets no page of the platform, and no button without its reason', async () => {
    const { api } = platform
    const { url } = await api.call('invitations.create', {
      params: { team: 'default' },
      body: { role: 'viewer' },
    })
    bob = await openBrowserPage({ width: 390, height: 844 })
    const { page } = bob
    await page.goto(dashboardUrl(platform, `/invitation${new URL(url!).hash}`))
    await page.getByLabel('Your name').fill(BOB.name)
    await page.getByLabel('E-mail address').fill(BOB.email)
    await page.getByLabel('Password').fill(BOB.password)
    await page.getByRole('button', { name: 'Join', exact: true }).click()
    await page.waitForURL(({ pathname }) => pathname !== '/invitation')

    for (const path of ['disk', 'jobs', 'jobs/none', 'settings']) {
      await page.goto(dashboardUrl(platform, `/platform/${path}`))
      await page.getByText('For administrators of the platform').waitFor()
    }
    expect(await seriousFindings(page)).toEqual([])
    await page.goto(dashboardUrl(platform, '/platform'))
    await page.getByText('What keeps apps apart').waitFor()
    expect(await page.getByRole('link', { name: 'Jobs' }).count()).toBe(0)
    await page.goto(dashboardUrl(platform, '/apps/shop/settings'))
    await refuses(page, 'See what changes', /viewer/)
    await page.goto(dashboardUrl(platform, '/teams/default/settings'))
    await refuses(page, 'Add a sign-in', /viewer/)
  })

  test('nothing was complained of in either browser', () => {
    expect([...owner.complaints, ...bob.complaints]).toEqual([])
  })
})

/** Asks what the changes of one card would do. */
async function review(page: Page, card: string) {
  const section = page
    .locator('section')
    .filter({ has: page.getByRole('heading', { name: card, exact: true }) })
  await section.last().getByRole('button', { name: 'See what changes' }).click()
  return page.getByRole('dialog')
}
