/**
 * From the set-up to the first live app by keyboard alone, and on: the palette, dialogs that give the focus back. Then
 * what is left of a day's work: a dropped folder, a pasted `.env`, scaling, an app that sleeps and wakes.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { openBrowserPage } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { dashboardUrl, goTo, signInAt } from './harness/dashboard.ts'
import { isFocused, press, seenFocus, tabTo } from './harness/keyboard.ts'
import { ADA, setupToken } from './harness/people.ts'
import { Platform } from './harness/platform.ts'
import { Terminal } from './harness/terminal.ts'

const PASTED = 'GREETING=ahoy\nAPI_KEY="never to be seen"\n# a remark\n'

let platform: Platform
beforeAll(async () => {
  platform = await Platform.start({
    SEAWORTHY_SLEEP_AFTER_MINUTES: '0.05',
    SEAWORTHY_SLEEP_LOOK_SECONDS: '0.5',
  })
})
afterAll(() => platform?.destroy())

describe.skipIf(await systemPart.missing('chromium'))('in a browser', () => {
  let page: Page
  let complaints: string[]
  beforeEach(async () => {
    ;({ page, complaints } = await openBrowserPage())
    return () => expect(complaints).toEqual([])
  })

  test('the first app goes live without a pointer, from the setup link on', async () => {
    const token = await setupToken(Terminal.onMachine(platform))
    await goTo(page, dashboardUrl(platform, `/setup#token=${token}`))
    await page.getByLabel('Your name').waitFor()
    await typeInto(page, 'Your name', ADA.name)
    await typeInto(page, 'E-mail address', ADA.email)
    await typeInto(page, 'Password', ADA.password)
    await page.keyboard.press('Enter')
    await page.getByText('Put your first app online').waitFor()

    const choosing = page.waitForEvent('filechooser')
    await press(page, page.getByRole('button', { name: 'Choose a folder' }), 'Enter')
    await (await choosing).setFiles(folder('harbour'))
    const dialog = page.getByRole('dialog')
    await dialog.getByText('2 files').waitFor()
    await typeInto(page, 'Name in its address', 'harbour')
    await press(page, dialog.getByRole('button', { name: 'Deploy' }), 'Space')
    await page.getByRole('heading', { name: 'Deployment #1' }).waitFor()
    const link = page.getByRole('link', { name: 'Open the app' })
    await link.waitFor()
    const opening = page.waitForEvent('popup')
    await press(page, link, 'Enter')

    const app = await opening
    await app.waitForLoadState()
    expect(await app.textContent('body')).toBe('hello')
    await app.close()
  })

  test('each thing that can be reached shows that it is, and a dialog gives the focus back', async () => {
    await signInAt(page, platform, ADA)
    await goTo(page, dashboardUrl(platform, '/apps/harbour'))
    const deploy = page.getByRole('button', { name: 'Deploy' })
    await deploy.waitFor()

    await page.keyboard.press('Tab')
    expect(await isFocused(page.getByRole('link', { name: 'Skip' }))).toBe(true)
    await page.keyboard.press('Enter')
    expect(await page.evaluate('document.activeElement.id')).toBe('page')
    await press(page, deploy, 'Enter')
    const tab = page.getByRole('tab', { name: 'Git' })
    await tabTo(page, page.getByRole('tab', { name: 'Upload' }))
    await page.keyboard.press('ArrowRight')
    expect(await isFocused(tab)).toBe(true)
    expect(await seenFocus(page)).toBe(true)
    await page.getByLabel('Git address').waitFor()
    await page.keyboard.press('Escape')

    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await waitFor(() => isFocused(deploy), { what: 'the focus to be where it was' })
  })

  test('the palette leads to a page by a few letters, and the menu of the account opens with the keyboard', async () => {
    await signInAt(page, platform, ADA)
    await page.getByRole('link', { name: 'harbour', exact: true }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').waitFor()
    await page.keyboard.type('harbour environment')
    await page.getByRole('option').filter({ hasText: 'Environment' }).first().waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/apps\/harbour\/env$/)

    const account = page.getByRole('button', { name: 'Your account' })
    await press(page, account, 'Enter')
    await page.getByRole('menuitem', { name: 'Dark' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('menu').waitFor({ state: 'detached' })
    await waitFor(() => isFocused(account), { what: 'the focus to be where it was' })
  })

  test('a folder that is dropped on the page goes live', async () => {
    await signInAt(page, platform, ADA)
    await page.getByRole('link', { name: 'harbour', exact: true }).waitFor()

    await drop(page, folder('dropped'))
    const dialog = page.getByRole('dialog')
    await dialog.getByText('2 files').waitFor()
    await dialog.getByLabel('Name in its address').fill('dropped')
    await dialog.getByRole('button', { name: 'Deploy' }).click()
    await page.getByRole('link', { name: 'Open the app' }).waitFor()

    expect((await platform.request('dropped')).body).toBe('hello')
  })

  test('a pasted .env says what it changes before it does, and its secrets are never read again', async () => {
    await signInAt(page, platform, ADA)
    const answers: Promise<string>[] = []
    page.on('response', answer => {
      if (answer.url().includes('/env')) answers.push(answer.text().catch(() => ''))
    })
    await goTo(page, dashboardUrl(platform, '/apps/harbour/env'))

    await page.getByRole('button', { name: 'Paste .env' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Contents of the file').fill(PASTED)
    await dialog.getByText('GREETING, API_KEY').waitFor()
    expect((await platform.request('harbour')).body).toBe('hello')
    await dialog.getByRole('button', { name: 'Save and deploy' }).click()
    await page.getByText('The environment is saved and on its way.').waitFor()
    await waitFor(async () => (await platform.request('harbour')).body === 'hello ahoy', {
      timeoutMs: 60_000,
    })

    await page.reload()
    await page.getByText('API_KEY').waitFor()
    expect(await page.content()).not.toContain('never to be seen')
    expect((await Promise.all(answers)).join()).not.toContain('never to be seen')
  })

  test('an app gets more instances, sleeps, and wakes with the next request while one looks at it', async () => {
    await signInAt(page, platform, ADA)
    await stayAwake(0)
    await platform.request('dropped')
    await goTo(page, dashboardUrl(platform, '/apps/dropped/settings'))
    await page.getByRole('button', { name: 'More of web' }).click()
    const card = page
      .locator('section')
      .filter({ has: page.getByRole('button', { name: 'More of web' }) })
      .last()
    await card.getByRole('button', { name: 'See what changes' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Change it' }).click()
    await page.getByText('The new number of instances is on its way.').waitFor()
    await waitFor(async () => (await platform.running('dropped')).length === 2, { timeoutMs: 60_000 })

    await stayAwake(null)
    await goTo(page, dashboardUrl(platform, '/apps/dropped'))
    const badge = page.locator('#page header').getByText('Asleep', { exact: true }).first()
    await badge.waitFor()
    await stayAwake(0)
    expect((await platform.request('dropped')).body).toBe('hello')
    await badge.waitFor({ state: 'detached' })
  })
})

/** @param sleepAfterMinutes 0: for ever; null: as all apps of this platform, which sleep after three seconds */
async function stayAwake(sleepAfterMinutes: number | null): Promise<void> {
  await platform.api.call('apps.update', { params: { slug: 'dropped' }, body: { sleepAfterMinutes } })
}

async function typeInto(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label))
  await page.keyboard.press('Control+a')
  await page.keyboard.type(text)
}

/** As the system does it: real files of this machine come from outside of the browser. */
async function drop(page: Page, path: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [path], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await devtools.send('Input.dispatchDragEvent', { type, x: 600, y: 500, data })
}

function folder(name: string): string {
  const { path } = temporaryFolder()
  writeFileSync(
    join(path, 'server.js'),
    `require('node:http').createServer((request, response) => {
      response.end(['hello', process.env.GREETING].filter(Boolean).join(' '))
    }).listen(process.env.PORT)
    process.on('SIGTERM', () => process.exit(0))`,
  )
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, scripts: { start: 'node server.js' } }))
  return path
}
