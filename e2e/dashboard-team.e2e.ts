/** Teams, tokens and the audit log in real browsers, against a real platform: two people, one owner and one viewer. */
import { readFileSync } from 'node:fs'
import { systemPart } from '@seaworthy/testing'
import { type BrowserPage, openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Platform } from './harness/platform.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const BOB = { email: 'bob@example.org', password: 'Another-Horse-7-Staple' }
const HOSTILE = 'Bob <b>bold</b> \u202egnp.exe'
const TWO_FRAMES = 'new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))'

let platform: Platform
beforeAll(async () => {
  platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  })
})
afterAll(() => platform?.destroy())

describe.skipIf(await systemPart.missing('chromium'))('in two browsers', () => {
  let owner: BrowserPage
  let bob: BrowserPage
  beforeAll(async () => {
    owner = await openBrowserPage()
    bob = await openBrowserPage({ width: 390, height: 844 })
    await signIn(owner.page)
  })

  test('an owner makes a team, and somebody joins it by a link that is shown once', async () => {
    const { page } = owner
    await page.goto(`${dashboardUrl()}/teams`)
    await page.getByRole('button', { name: 'New team' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Harbour crew')
    expect(await page.getByLabel('Name in addresses').inputValue()).toBe('harbour-crew')
    await page.getByRole('dialog').getByRole('button', { name: 'New team' }).click()
    await page.getByRole('heading', { name: 'Harbour crew' }).waitFor()
    await platform.api.call('apps.create', { body: { slug: 'harbour', team: 'harbour-crew' } })

    const link = await inviteViewer(page)
    await join(bob.page, link)

    await bob.page.waitForURL(/\/teams\/harbour-crew$/)
    await bob.page.getByRole('heading', { name: /^Harbour crew/ }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: /^Role of Bob .*: Viewer$/ }).waitFor()
    expect(await page.locator('#page b').count()).toBe(0)
    expect(await page.locator('#page').textContent()).not.toContain('\u202e')
    await page.goto('about:blank')
    await page.goto(link)
    await page.getByText('This invitation does not work').waitFor()
  })

  test('a viewer finds buttons that say why they cannot be pressed, and no page for administrators', async () => {
    const { page } = bob

    await page.goto(`${dashboardUrl()}/teams/harbour-crew`)
    await refuses(page, 'Invite', /viewer/)
    await page.goto(`${dashboardUrl()}/teams/harbour-crew/quotas`)
    await refuses(page, 'Change', /administrators/)
    await page.goto(`${dashboardUrl()}/teams/harbour-crew/variables`)
    await refuses(page, 'Add variable', /viewer/)
    await page.goto(`${dashboardUrl()}/apps/harbour`)
    await refuses(page, 'Deploy', /viewer/)
    await page.goto(`${dashboardUrl()}/apps/harbour/settings`)
    await refuses(page, 'Hand over', /viewer/)
    await refuses(page, 'Delete this app', /viewer/)
    await page.getByRole('button', { name: 'Open the menu' }).click()
    await page.getByRole('link', { name: 'Audit log' }).waitFor()
    expect(await page.getByRole('link', { name: 'People' }).count()).toBe(0)
  })

  test('a token works after it was shown once, and no longer after it was revoked', async () => {
    const { page } = owner
    await page.goto(`${dashboardUrl()}/account/tokens`)
    await page.getByRole('button', { name: 'New token' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name', { exact: true }).fill('Build <i>server</i>')
    await dialog.getByLabel('Read', { exact: true }).check()
    await dialog.getByRole('button', { name: 'Make the token' }).click()
    const secret = (await page.getByText(/^swt_/).textContent())!
    expect(await statusWith(secret)).toBe(200)

    await page.getByRole('button', { name: 'I have copied it' }).click()
    await page.getByText('Build <i>server</i>').waitFor()
    expect(await page.content()).not.toContain(secret)
    await page.getByRole('button', { name: 'Revoke Build' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click()
    await page.getByText('is worth nothing any more.').waitFor()

    expect(await statusWith(secret)).toBe(401)
  })

  test('the audit log shows what happened, exports it, and proves that nothing was changed', async () => {
    const { page } = owner
    await page.goto(`${dashboardUrl()}/audit`)
    await page.getByRole('button', { name: 'More filters' }).click()
    await page.getByLabel('Action').fill('token:*')
    await page.getByRole('button', { name: 'Filter', exact: true }).click()
    await page.waitForURL(/action=/)
    await page.getByText('2 entries').waitFor()
    await page.getByRole('button', { name: /^Made a token/ }).click()
    await page.getByRole('dialog').getByText('token:create').waitFor()
    await page.keyboard.press('Escape')

    await page.getByRole('button', { name: 'Export' }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'As CSV' }).click()
    const csv = readFileSync(await (await downloading).path(), 'utf8')
    expect(csv.trim().split('\n').length).toBe(3)
    expect(csv).toContain('token:revoke')

    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByRole('button', { name: 'Check now' }).click()
    await page.getByText(/entries are as they were written/).waitFor()
  })

  test('a person is looked into and suspended, which ends their session', async () => {
    const { page } = owner
    await page.goto(`${dashboardUrl()}/people`)
    await page.getByRole('link', { name: /^Bob/ }).click()
    await page.getByText('In the team: may').click()
    await page.getByText('team:leave').waitFor()
    await page.getByRole('button', { name: 'Suspend' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Suspend' }).click()
    await page.getByRole('button', { name: 'Readmit' }).waitFor()

    await bob.page.goto(`${dashboardUrl()}/teams`)
    await bob.page.waitForURL(/\/sign-in/)
  })

  test('no page of these has a serious finding of axe, in light and in dark', async () => {
    const { page } = owner
    const findings: string[] = []
    for (const [path, text] of PAGES) {
      await page.goto(dashboardUrl() + path)
      await page.locator('#page').getByText(text).first().waitFor()
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        await page.evaluate(TWO_FRAMES)
        const found = await seriousFindings(page)
        findings.push(...found.map(finding => `${path} in ${colorScheme}: ${finding}`))
      }
    }
    expect(findings).toEqual([])
  })

  test('nothing was complained of in either browser', () => {
    expect([...owner.complaints, ...bob.complaints]).toEqual([])
  })
})

const PAGES: [path: string, text: string][] = [
  ['/teams', 'Harbour crew'],
  ['/teams/harbour-crew', 'Invitations'],
  ['/teams/harbour-crew/apps', 'harbour'],
  ['/teams/harbour-crew/variables', 'Nothing is shared here yet'],
  ['/teams/harbour-crew/quotas', 'API requests today'],
  ['/teams/harbour-crew/tokens', 'No token is limited to this team'],
  ['/teams/harbour-crew/settings', 'Leave this team'],
  ['/account/tokens', 'New token'],
  ['/audit', 'Made a team'],
  ['/people', OWNER.email],
  [`/people/${BOB.email}`, 'What they may do'],
  ['/apps/harbour/access', 'Who can do what'],
  ['/platform/settings', 'Master keys'],
]

async function inviteViewer(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Invite' }).click()
  await page.getByLabel('Viewer').check()
  await page.getByRole('button', { name: 'Make a link' }).click()
  const link = (await page.getByText(/invitation#token=/).textContent())!
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
  await page.getByText('Whoever has the link').waitFor()
  return link
}

async function join(page: Page, link: string): Promise<void> {
  await page.goto(link)
  await page.getByLabel('Your name').fill(HOSTILE)
  await page.getByLabel('E-mail address').fill(BOB.email)
  await page.getByLabel('Password').fill(BOB.password)
  await page.getByRole('button', { name: 'Join', exact: true }).click()
}

/** The button is there, does nothing, and says why. */
async function refuses(page: Page, name: string, reason: RegExp): Promise<void> {
  const button = page.getByRole('button', { name, exact: true }).first()
  await button.waitFor()
  expect(await button.getAttribute('aria-disabled')).toBe('true')
  await button.hover()
  expect(await page.getByRole('tooltip').textContent()).toMatch(reason)
  await button.click({ force: true })
  expect(await page.getByRole('dialog').count()).toBe(0)
}

async function statusWith(token: string): Promise<number> {
  const answer = await fetch(`${dashboardUrl()}/api/v1/apps`, {
    headers: { authorization: `Bearer ${token}` },
  })
  await answer.body?.cancel()
  return answer.status
}

async function signIn(page: Page): Promise<void> {
  await page.goto(`${dashboardUrl()}/sign-in`)
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in')
}

function dashboardUrl(): string {
  return `http://localhost:${platform.port}`
}
