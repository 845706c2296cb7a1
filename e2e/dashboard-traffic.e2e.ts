/**
 * What the edge knows and does, in a real browser against a real platform: figures, requests, visits, traffic settings,
 * domains with a real certificate authority, and a canary.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, PebbleServer, systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { type BrowserPage, openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture } from './harness/apps.ts'
import { BOB, http, tokenOf } from './harness/people.ts'
import { Platform } from './harness/platform.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const HOSTILE = '/search/<b>bold</b>?q=%E2%80%AEgnp'
const missing = await systemPart.missing('chromium', 'pebble')

let platform: Platform
let pebble: PebbleServer
const endings: (() => Promise<void>)[] = []

beforeAll(async () => {
  if (missing) return
  const httpPort = await freePort()
  const tlsPort = await freePort()
  pebble = await PebbleServer.start({ httpPort, tlsPort }, end => void endings.unshift(end))
  const caFile = join(temporaryFolder().path, 'acme.pem')
  writeFileSync(caFile, pebble.ca)
  platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
    SEAWORTHY_FIGURES_LOOK_SECONDS: '0.5',
    SEAWORTHY_HTTP_PORT: String(httpPort),
    SEAWORTHY_HTTPS_PORT: String(tlsPort),
    SEAWORTHY_ACME_DIRECTORY: pebble.directoryUrl,
    SEAWORTHY_ACME_CA_FILE: caFile,
    SEAWORTHY_ACME_HTTP_PORT: String(httpPort),
    SEAWORTHY_DNS_SERVERS: pebble.dns.address,
    SEAWORTHY_PUBLIC_ADDRESSES: '127.0.0.1',
    SEAWORTHY_DOMAINS_ALLOW_LOCAL: 'true',
  })
  const { deployment } = await platform.deploy('shop', fixture('answers-as-asked'))
  if (deployment.state !== 'succeeded') throw new Error(deployment.error?.message)
})

afterAll(async () => {
  await platform?.destroy()
  for (const end of endings) await end()
})

describe.skipIf(missing)('in a browser', () => {
  let owner: BrowserPage
  beforeAll(async () => {
    owner = await openBrowserPage()
    await signIn(owner.page, OWNER)
  })

  test('the list and the overview tell what an app gets and how it answers', async () => {
    const { page } = owner
    for (let index = 0; index < 30; index++) await ask(index % 3 === 0 ? '/500/checkout' : '/about')
    const row = page.getByRole('listitem').filter({ hasText: 'shop' })

    await page.goto(dashboardUrl())
    await page.getByText('1 app needs you.').waitFor()
    await row.getByText(/^Errors: (3\d|3\d\.\d) %/).waitFor()
    expect(await row.locator('svg path').count()).toBeGreaterThan(0)
    expect(await seriousFindings(page)).toEqual([])
    await page.getByLabel('Show').selectOption('errors')
    await row.waitFor()

    await page.goto(appUrl())
    await page.getByText(/of its answers are errors/).waitFor()
    await page.getByRole('img', { name: /^Requests a minute/ }).waitFor()
    await waitFor(async () => (await page.locator('canvas').count()) === 5)
    await page.getByText('Release v1 went live').first().waitFor()
    await page.getByText('Week', { exact: true }).click()
    await page.waitForURL(/span=week/)
    await page.getByRole('link', { name: 'See what failed' }).click()
    await page.waitForURL(/requests\?status=5xx/)
    await page
      .getByRole('button', { name: /500 .*\/500\/checkout/ })
      .first()
      .waitFor()
  })

  test('a request shows up as it comes, with everything in it inert', async () => {
    const { page } = owner
    await page.goto(`${appUrl()}/requests?path=${encodeURIComponent('/search/*')}`)
    await page.getByText('New requests show up here by themselves').waitFor()
    await ask(HOSTILE)

    const line = page.getByRole('log').getByRole('button', { name: /search/ })
    await line.waitFor()
    expect(await line.locator('b').count()).toBe(0)
    expect(await seriousFindings(page)).toEqual([])
    await line.click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(FIREFOX).waitFor()
    expect(await dialog.textContent()).not.toContain('\u202e')
    await page.keyboard.press('Escape')
    await page.getByLabel('Path, such as /api/*').fill('/nothing/like/it')
    await page.getByText('0 requests').waitFor()
  })

  test('visits are shown by page, and counting stops and begins again', async () => {
    const { page } = owner
    await waitFor(async () => (await visitsOf()).views > 0, { timeoutMs: 40_000, what: 'a visit' })
    await page.goto(`${appUrl()}/visits`)
    await page.getByText('/about').waitFor()
    expect(await seriousFindings(page)).toEqual([])

    await page.getByRole('button', { name: 'Stop counting' }).click()
    await page.getByText('Visits of this app are not counted').waitFor()
    await page.getByRole('button', { name: 'Count visits' }).click()
    await page.getByRole('button', { name: 'Stop counting' }).waitFor()
  })

  test('traffic settings are refused with the reason, planned, and then count for the next request', async () => {
    const { page } = owner
    await page.goto(`${appUrl()}/settings/traffic`)
    await page.getByText(/^Grade [A-F]/).waitFor()
    expect(await seriousFindings(page)).toEqual([])

    await page.getByRole('button', { name: 'Add: Headers of answers' }).click()
    await page.getByLabel('Name, row 1').fill('Content-Length')
    await page.getByLabel('Value, row 1').fill('aboard')
    await page.getByRole('button', { name: 'See what changes' }).click()
    await page
      .getByText(/"Content-Length" is set by the platform/)
      .first()
      .waitFor()
    await page.getByLabel('Name, row 1').fill('X-Crew')
    await page.getByLabel('What browsers do').selectOption('enforce')
    await page.getByRole('button', { name: 'See what changes' }).click()
    const plan = page.getByRole('dialog')
    await plan.getByText('"X-Crew": "aboard"').waitFor()
    expect((await ask('/')).headers['x-crew']).toBeUndefined()
    await plan.getByRole('button', { name: 'Change it' }).click()
    await page.getByText('The traffic settings count from now on.').waitFor()

    const { headers } = await ask('/')
    expect(headers['x-crew']).toBe('aboard')
    expect(headers['content-security-policy']).toContain("default-src 'self'")
  })

  test('an app is closed for maintenance and opened again', async () => {
    const { page } = owner
    await page.getByLabel('What the page says').fill('Back at noon')
    await page.getByRole('button', { name: 'Close the app' }).click()
    await page.getByRole('button', { name: 'Open the app' }).waitFor()
    const closed = await ask('/')
    await page.getByRole('button', { name: 'Open the app' }).click()
    await page.getByRole('button', { name: 'Close the app' }).waitFor()

    expect([closed.status, (await ask('/')).status]).toEqual([503, 200])
    expect(closed.body).toContain('Back at noon')
  })

  test('a domain is added, and its checks are watched until it has its certificate', async () => {
    const { page } = owner
    await page.goto(`${appUrl()}/domains`)
    await page.getByRole('button', { name: 'Add domain' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Host').fill('nonsense')
    await dialog.getByRole('button', { name: 'Add and check' }).click()
    await dialog.locator('.text-bad').first().waitFor()
    await dialog.getByLabel('Host').fill('Shop.Example.com')
    expect(await seriousFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Add and check' }).click()
    await dialog.getByText('https://shop.example.com is served with its certificate.').waitFor()
    await dialog.getByText(/leads here \(127\.0\.0\.1\)/).waitFor()
    await dialog.getByRole('button', { name: 'Close' }).last().click()

    await page.reload()
    await page.getByText('Secured').waitFor()
    await page.getByRole('button', { name: 'Show shop.example.com' }).click()
    await page.getByText(/by Pebble/).waitFor()
    expect(await seriousFindings(page)).toEqual([])
  })

  test('a release is tried on a share of the requests, then promoted', async () => {
    const { page } = owner
    await page.goto(appUrl())
    await page.getByRole('button', { name: 'Deploy' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('tab', { name: 'Again' }).click()
    await dialog.getByRole('switch', { name: 'Try it on a share' }).click()
    await dialog.getByLabel('Share of the requests (%)').fill('25')
    await dialog.getByRole('button', { name: 'Build the same code again' }).click()
    await page.getByRole('heading', { name: 'Deployment #2' }).waitFor()

    await page.goto(appUrl())
    const trial = page.getByRole('heading', { name: 'v2 is on trial with 25 % of the requests' })
    await trial.waitFor({ timeout: 90_000 })
    expect(await seriousFindings(page)).toEqual([])
    await page.getByRole('button', { name: 'Promote' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click()
    await trial.waitFor({ state: 'detached' })
    expect((await platform.untilState('shop', 2, ['succeeded', 'failed'])).state).toBe('succeeded')
  })

  test('a viewer on a phone finds the same pages, and buttons that say why they cannot be pressed', async () => {
    const { page, complaints } = await openBrowserPage({ width: 390, height: 844 })
    await joinAsViewer()
    await signIn(page, BOB)

    await page.goto(`${appUrl()}/domains`)
    await refuses(page, 'Add domain')
    await page.goto(`${appUrl()}/settings/traffic`)
    await refuses(page, 'Close the app')
    await refuses(page, 'Purge')
    await page.getByRole('button', { name: 'Add: Redirects' }).click()
    await page.getByLabel('From, row 1').fill('/old')
    await refuses(page, 'See what changes')
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.goto(`${appUrl()}/visits`)
    await refuses(page, 'Stop counting')
    for (const path of ['', '/requests', '/visits', '/domains', '/settings/traffic']) {
      await page.goto(`${appUrl()}${path}`)
      await page.getByRole('heading', { name: 'shop' }).waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390)
    }
    expect(complaints).toEqual([])
  })

  test('nothing was complained of', () => {
    expect(owner.complaints).toEqual([])
  })
})

function ask(path: string) {
  const headers = { accept: 'text/html', 'user-agent': FIREFOX }
  return platform.request('shop', path, { headers })
}

function visitsOf() {
  return platform.api.call('visits.get', { params: { slug: 'shop' } })
}

function dashboardUrl(): string {
  return `http://localhost:${platform.port}`
}

function appUrl(): string {
  return `${dashboardUrl()}/apps/shop`
}

async function joinAsViewer(): Promise<void> {
  const { team } = await platform.api.call('apps.get', { params: { slug: 'shop' } })
  const { url } = await platform.api.call('invitations.create', {
    params: { team: team.slug },
    body: { role: 'viewer' },
  })
  const joined = await http(platform, 'POST /api/v1/invitations/join', {
    body: { ...BOB, token: tokenOf(url!) },
  })
  expect(joined.status).toBe(201)
}

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto(`${dashboardUrl()}/sign-in`)
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in')
}

async function refuses(page: Page, name: string): Promise<void> {
  const button = page.getByRole('button', { name, exact: true }).first()
  await button.waitFor()
  expect(await button.getAttribute('aria-disabled'), name).toBe('true')
  await button.hover()
  expect(await page.getByRole('tooltip').textContent(), name).toMatch(/viewer/)
  await page.keyboard.press('Escape')
  await page.getByRole('tooltip').waitFor({ state: 'detached' })
}
