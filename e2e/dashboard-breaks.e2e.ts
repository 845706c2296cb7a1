/**
 * What breaks while pages are open, in real browsers: the control plane dies and comes back; a session ends while
 * somebody fills in a form. Nothing that was seen or typed may be lost.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, temporaryFolder } from '@seaworthy/testing'
import { type BrowserPage, openBrowserPage } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dashboardUrl, goTo, signInAt } from './harness/dashboard.ts'
import { Platform } from './harness/platform.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const missing = await systemPart.missing('chromium')

let platform: Platform
beforeAll(async () => {
  if (missing) return
  platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  })
  const { deployment } = await platform.deploy('counter', counter())
  if (deployment.state !== 'succeeded') throw new Error(deployment.error?.message)
  await platform.api.call('teams.create', { body: { slug: 'crew' } })
})
afterAll(() => platform?.destroy())

describe.skipIf(missing)('the control plane is killed while pages are open', () => {
  let logs: BrowserPage
  let requests: BrowserPage
  let overview: BrowserPage
  beforeAll(async () => {
    ;[logs, requests, overview] = await Promise.all([open('/logs'), open('/requests'), open('')])
  })

  test('each says so and keeps what it has; each goes on by itself, without loss and without doubles', async () => {
    const pages = [logs.page, requests.page, overview.page]
    await ask('/before/1')
    await logs.page.getByText('asked for /before/1', { exact: true }).waitFor()
    await requests.page.getByRole('button', { name: /\/before\/1/ }).waitFor()
    await overview.page.getByRole('heading', { name: 'Instances' }).waitFor()

    await platform.kill()
    await Promise.all(pages.map(page => page.getByText('The platform does not answer.').waitFor()))
    await logs.page.getByText('asked for /before/1', { exact: true }).waitFor()
    await overview.page.getByRole('heading', { name: 'Instances' }).waitFor()
    for (let index = 1; index <= 20; index++) await ask(`/during/${index}`)
    await platform.startControlPlane()
    await Promise.all(
      pages.map(page => page.getByText('The platform does not answer.').waitFor({ state: 'detached' })),
    )
    await ask('/after/1')
    await logs.page.getByText('asked for /after/1', { exact: true }).waitFor()
    await requests.page.getByRole('button', { name: /\/after\/1/ }).waitFor()

    const expected = [
      '/before/1',
      ...Array.from({ length: 20 }, (_, index) => `/during/${index + 1}`),
      '/after/1',
    ]
    expect(pathsIn(await savedLines(logs.page))).toEqual(expected)
    expect(pathsIn(await savedLines(requests.page)).sort()).toEqual([...expected].sort())
  })

  test('a page that somebody goes to meanwhile waits for it', async () => {
    const { page } = overview

    await platform.kill()
    await page.getByRole('link', { name: 'Teams' }).click()
    await page.getByText('The platform does not answer.').waitFor()
    await platform.startControlPlane()

    await page.getByRole('heading', { name: 'Teams' }).waitFor()
    await page.getByRole('link', { name: /crew/ }).waitFor()
  })

  test('nothing was complained of', () => {
    expect([logs, requests, overview].flatMap(({ complaints }) => complaints)).toEqual([])
  })
})

describe.skipIf(missing)('the session ends while a form is filled in', () => {
  let browser: BrowserPage
  let page: Page
  beforeAll(async () => {
    browser = await openBrowserPage()
    page = browser.page
    await signInAt(page, platform, OWNER)
  })

  test('variables that were not saved are there after signing in again, and are saved', async () => {
    await goTo(page, dashboardUrl(platform, '/apps/counter/env'))
    await page.getByRole('button', { name: 'Add variable' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('GREETING')
    await page.getByRole('dialog').getByLabel('Value').fill('ahoy')
    await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()

    await endSession(page)
    await page.getByRole('button', { name: 'Save and deploy' }).click()
    await signInAgain(page)
    await page.getByText('1 change is not saved').waitFor()
    await page.getByRole('button', { name: 'Save and deploy' }).click()

    await page.getByText('The environment is saved and on its way.').waitFor()
    expect(page.url()).toBe(dashboardUrl(platform, '/apps/counter/env'))
  })

  test('a pasted .env is there as well, in its dialog', async () => {
    await page.getByRole('button', { name: 'Paste .env' }).click()
    const field = page.getByLabel('Contents of the file')
    await field.fill('COLOUR=teal')

    await endSession(page)
    await page.getByRole('button', { name: 'Save and deploy' }).last().click()
    await signInAgain(page)

    expect(await field.inputValue()).toBe('COLOUR=teal')
    await page.keyboard.press('Escape')
  })

  test('traffic settings are, and are planned', async () => {
    await goTo(page, dashboardUrl(platform, '/apps/counter/settings/traffic'))
    await page.getByRole('button', { name: 'Add: Headers of answers' }).click()
    await page.getByLabel('Name, row 1').fill('X-Crew')
    await page.getByLabel('Value, row 1').fill('aboard')

    await endSession(page)
    await page.getByRole('button', { name: 'See what changes' }).click()
    await signInAgain(page)
    expect(await page.getByLabel('Value, row 1').inputValue()).toBe('aboard')
    await page.getByRole('button', { name: 'See what changes' }).click()

    await page.getByRole('dialog').getByText('"X-Crew": "aboard"').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Discard' }).click()
  })

  test('an invitation is, and is made', async () => {
    await goTo(page, dashboardUrl(platform, '/teams/crew'))
    await page.getByRole('button', { name: 'Invite' }).click()
    await page.getByLabel('Viewer').check()

    await endSession(page)
    await page.getByRole('button', { name: 'Make a link' }).click()
    await signInAgain(page)
    expect(await page.getByLabel('Viewer').isChecked()).toBe(true)
    await page.getByRole('button', { name: 'Make a link' }).click()

    await page.getByText(/invitation#token=/).waitFor()
  })

  test("a team's new name is, and is saved", async () => {
    await goTo(page, dashboardUrl(platform, '/teams/crew/settings'))
    await page.getByLabel('Name', { exact: true }).fill('Harbour crew')

    await endSession(page)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await signInAgain(page)
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Harbour crew')
    await page.getByRole('button', { name: 'Save', exact: true }).click()

    await page.getByRole('heading', { name: /^Harbour crew/ }).waitFor()
  })

  test('nothing was complained of', () => {
    expect(browser.complaints).toEqual([])
  })
})

async function open(path: string): Promise<BrowserPage> {
  const opened = await openBrowserPage()
  await signInAt(opened.page, platform, OWNER)
  await goTo(opened.page, dashboardUrl(platform, `/apps/counter${path}`))
  return opened
}

/** As somebody does who signs out in another tab: this page does not know of it. */
async function endSession(page: Page): Promise<void> {
  const status = await page.evaluate<number>(
    `fetch('/api/v1/session', { method: 'DELETE', headers: ${CSRF_HEADER} }).then(answer => answer.status)`,
  )
  expect(status).toBeLessThan(300)
}

/** What the dashboard itself sends with a change; see `csrfHeader` of the client. */
const CSRF_HEADER =
  "{ 'x-csrf-token': decodeURIComponent(/seaworthy_csrf=([^;]+)/.exec(document.cookie)?.[1] ?? '') }"

async function signInAgain(page: Page): Promise<void> {
  const dialog = page.getByRole('dialog', { name: 'Your session ended' })
  await dialog.waitFor()
  expect(await dialog.getByLabel('E-mail address').inputValue()).toBe(OWNER.email)
  await dialog.getByLabel('Password').fill(OWNER.password)
  await dialog.getByRole('button', { name: 'Sign in', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
}

function ask(path: string) {
  return platform.request('counter', path)
}

/** All lines that a page holds, of which it draws only those in view. */
async function savedLines(page: Page): Promise<string> {
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download' }).click()
  return readFileSync(await (await downloading).path(), 'utf8')
}

function pathsIn(text: string): string[] {
  return text.match(/\/(?:before|during|after)\/\d+/g) ?? []
}

/** Tells of each request in its log. */
function counter(): string {
  const { path } = temporaryFolder()
  const code = `require('node:http').createServer((request, response) => {
    console.log('asked for ' + request.url)
    response.end('hello')
  }).listen(process.env.PORT)
  process.on('SIGTERM', () => process.exit(0))`
  writeFileSync(join(path, 'server.js'), code)
  writeFileSync(
    join(path, 'package.json'),
    JSON.stringify({ name: 'counter', scripts: { start: 'node server.js' } }),
  )
  return path
}
