/** The journeys of a person in a real browser, against a real platform: deploy, watch, fail, roll back, change, look. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemPart, waitFor } from '@seaworthy/testing'
import { openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { Platform } from './harness/platform.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const COLOURS = '\\u001b[32mlistening\\u001b[0m <b>bold</b> \\u202e'

let platform: Platform
beforeAll(async () => {
  platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  })
})
afterAll(() => platform?.destroy())

describe.skipIf(await systemPart.missing('chromium'))('in a browser', () => {
  let page: Page
  let complaints: string[]
  beforeEach(async () => {
    ;({ page, complaints } = await openBrowserPage())
    await signIn(page)
    return () => expect(complaints).toEqual([])
  })

  test('the first app goes live from a chosen folder, and its log is shown as text', async () => {
    await page.getByText('Put your first app online').waitFor()
    expect(await seriousFindings(page)).toEqual([])

    await page
      .getByLabel('Choose a folder')
      .last()
      .setInputFiles(folder('harbour', server('v1')))
    const dialog = page.getByRole('dialog')
    await dialog.getByText('2 files').waitFor()
    expect(await dialog.getByLabel('Name in its address').inputValue()).toMatch(/^harbour/)
    await dialog.getByLabel('Name in its address').fill('harbour')
    await dialog.getByRole('button', { name: 'Deploy' }).click()

    await page.getByRole('heading', { name: 'Deployment #1' }).waitFor()
    await page.getByRole('link', { name: 'Open the app' }).waitFor({ timeout: 60_000 })
    await page.getByText('Kept').waitFor()
    expect((await platform.request('harbour')).body).toBe('v1')

    await page.getByRole('link', { name: 'Logs' }).click()
    const log = page.getByRole('log')
    await log.getByText('<b>bold</b>').first().waitFor()
    expect(await log.locator('b').count()).toBe(0)
    expect(await log.locator('.ansi-green').first().textContent()).toBe('listening')
    await platform.request('harbour', '/marker-of-this-test')
    await log.getByText('asked for /marker-of-this-test').waitFor()
  })

  test('a deployment that fails says why, and that nobody noticed', async () => {
    await page.goto(`${dashboardUrl()}/apps/harbour`)
    await page.getByRole('button', { name: 'Deploy' }).click()
    await page
      .getByRole('dialog')
      .getByLabel('Choose a folder')
      .last()
      .setInputFiles(folder('harbour', 'process.exit(7)'))
    await page.getByRole('dialog').getByRole('button', { name: 'Deploy' }).click()

    const alert = page.getByRole('alert').filter({ hasText: 'It did not go live' })
    await alert.waitFor({ timeout: 90_000 })
    expect(await alert.textContent()).toContain('v1 goes on serving')
    expect((await platform.request('harbour')).body).toBe('v1')
    await page.goto(dashboardUrl())
    await page.getByText('1 app needs you.').waitFor()
  })

  test('variables are gathered, shown and saved as one release, which can be rolled back', async () => {
    await page.goto(`${dashboardUrl()}/apps/harbour/env`)
    await page.getByRole('button', { name: 'Add variable' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('GREETING')
    await dialog.getByLabel('Value').fill('<i>ahoy</i>\u202e')
    await dialog.getByRole('button', { name: 'Add' }).click()
    await page.getByText('1 change is not saved').waitFor()
    await page.getByRole('button', { name: 'Save and deploy' }).click()
    await page.getByText('The environment is saved and on its way.').waitFor()
    await waitFor(async () => (await platform.request('harbour')).body === 'v1 <i>ahoy</i>\u202e', {
      timeoutMs: 60_000,
    })

    await page.goto(`${dashboardUrl()}/apps/harbour/releases`)
    await page.getByRole('button', { name: 'Roll back to v1' }).click()
    const changes = page.getByRole('dialog').locator('dl > div')
    await changes.filter({ hasText: 'Code' }).getByText('The same.').waitFor()
    await changes.filter({ hasText: 'GREETING' }).waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Roll back to v1' }).click()
    await page.getByRole('link', { name: 'Open the app' }).waitFor({ timeout: 60_000 })

    expect((await platform.request('harbour')).body).toBe('v1')
  })

  test('a control plane that dies is announced, and the page goes on by itself once it is back', async () => {
    await page.goto(`${dashboardUrl()}/apps/harbour`)
    await page.getByRole('heading', { name: 'Instances' }).waitFor()

    await platform.kill()
    await page.getByText('The platform does not answer.').waitFor({ timeout: 30_000 })
    await page.getByRole('heading', { name: 'Instances' }).waitFor()
    await platform.startControlPlane()
    await page.getByText('The platform does not answer.').waitFor({ state: 'detached', timeout: 60_000 })

    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Fall asleep after (minutes)').waitFor()
  })
})

function dashboardUrl(): string {
  return `http://localhost:${platform.port}`
}

async function signIn(page: Page): Promise<void> {
  await page.goto(dashboardUrl())
  await page.getByLabel('E-mail address').fill(OWNER.email)
  await page.getByLabel('Password').fill(OWNER.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in')
}

/** Its answer is the text and what GREETING holds; its log tells of each request. */
function server(text: string): string {
  return `require('node:http').createServer((request, response) => {
  console.log('asked for ' + request.url)
  response.end('${text}' + (process.env.GREETING ? ' ' + process.env.GREETING : ''))
}).listen(process.env.PORT, () => console.log('${COLOURS}'))
process.on('SIGTERM', () => process.exit(0))`
}

function folder(name: string, code: string): string {
  const path = mkdtempSync(join(tmpdir(), `${name}-`))
  onTestFinished(() => rmSync(path, { recursive: true }))
  writeFileSync(join(path, 'server.js'), code)
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, scripts: { start: 'node server.js' } }))
  return path
}
