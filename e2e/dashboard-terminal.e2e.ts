/** A terminal into an instance and the files of an app, in a real browser against a real platform. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { type BrowserPage, openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dashboardUrl, refuses, signInAt } from './harness/dashboard.ts'
import { type Account, ADA, BOB, EVE, http, tokenOf } from './harness/people.ts'
import { Platform } from './harness/platform.ts'

const missing = await systemPart.missing('chromium')
const HOSTILE = '\u202egpj.<img src=x onerror=alert(1)>'
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

let platform: Platform
let owner: BrowserPage

beforeAll(async () => {
  if (missing) return
  platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: ADA.email,
    SEAWORTHY_ADMIN_PASSWORD: ADA.password,
    SEAWORTHY_RUNTIME: 'process',
  })
  const { deployment } = await platform.deploy('shop', shop())
  if (deployment.state !== 'succeeded') throw new Error(deployment.error?.message)
  await leaveVolume()
  owner = await openBrowserPage()
  await signInAt(owner.page, platform, ADA)
})

afterAll(() => platform?.destroy())

describe.skipIf(missing)('the terminal', () => {
  test('runs what is typed, knows its size, and says how it ended', async () => {
    const { page } = owner
    await open(page)
    expect(await seriousFindings(page)).toEqual([])
    await line(page, 'echo it-is-$((40+2))')
    await shows(page, 'it-is-42')
    const before = await sizeIn(page)

    await page.setViewportSize({ width: 900, height: 700 })
    const { columns } = await sizeIn(page, other => other.columns !== before.columns)
    await page.setViewportSize({ width: 1280, height: 900 })
    await line(page, 'exit')

    expect(columns).toBeLessThan(before.columns)
    await page.getByText('Ended with code 0.').waitFor()
    await page.getByRole('button', { name: 'Open again' }).waitFor()
  })

  test('keeps keys to itself, and has a way out by keyboard', async () => {
    const { page } = owner
    await open(page)
    for (const key of ['Tab', 'Escape', 'Control+k', 'Shift+Tab']) await page.keyboard.press(key)
    expect(await focused(page)).toBe('TEXTAREA Terminal input')
    expect(await page.getByRole('dialog').count()).toBe(0)

    await page.keyboard.press('Shift+F6')
    expect(await focused(page)).toBe('BUTTON Smaller text')
    await page.getByRole('button', { name: 'Larger text' }).click()
    await page.locator('.xterm').click()
    await page.keyboard.press('Control+Shift+Escape')
    expect(await focused(page)).toBe('BUTTON Smaller text')
  })

  test('what an app prints reaches no further than its cells', async () => {
    const { page } = owner
    const title = await page.title()
    await page.locator('.xterm').click()
    await line(
      page,
      String.raw`printf '\e]0;Your bank\a\e]52;c;c3RvbGVu\a\e]8;;https://evil.example\atext-of-link\e]8;;\a\n'`,
    )
    await line(
      page,
      String.raw`printf '\e[38;2;9;9;9mtrue-color\e[0m \e[8t<img src=x onerror=alert(1)>\n'; echo done-$((1+1))`,
    )
    await shows(page, 'done-2')

    expect(await page.title()).toBe(title)
    expect(await page.locator('.xterm a, .xterm img').count()).toBe(0)
    expect(await page.locator('.xterm-rows span[style*=color]').count()).toBeGreaterThan(0)
    await shows(page, 'text-of-link')
  })

  test('a flood is drawn without breaking the page, and can be ended', async () => {
    const { page } = owner
    await line(page, 'yes seaworthy | head -c 4000000; echo whole-$((2+2))')
    await shows(page, 'whole-4')
    await line(page, 'sleep 600')
    await page.keyboard.press('Control+c')
    await line(page, 'echo back-$((3+3)); exit 3')

    await page.getByText('Ended with code 3.').waitFor()
  })

  test('a lost right and an ended session close it, and it says so', async () => {
    const role = await member(BOB, 'developer')
    await member(EVE, 'developer')
    const [bob, eve] = await Promise.all([terminalOf(BOB), terminalOf(EVE)])

    await role('viewer')
    await eve.endSession()

    await bob.page.getByText(/your rights changed, so the terminal was closed/).waitFor()
    await eve.page.getByText(/Your session ended or your rights changed/).waitFor()
    await refuses(bob.page, 'Open again', /viewer/)
    await eve.page.getByRole('dialog', { name: 'Your session ended' }).waitFor()
    await bob.page.goto(at('files'))
    await bob.page.getByText('Files are for people who work on the app').waitFor()
    expect([...bob.complaints, ...eve.complaints]).toEqual([])
  })

  test('on a phone it has the keys that a phone has not', async () => {
    const { page, complaints } = await openBrowserPage({ width: 390, height: 844 })
    await signInAt(page, platform, ADA)
    await open(page)
    await line(page, 'cat')
    await page.getByRole('button', { name: 'Ctrl', exact: true }).click()
    await page.keyboard.type('c')
    await line(page, 'echo alive-$((5+5))')
    await shows(page, 'alive-10')
    await page.getByRole('button', { name: 'Arrow up' }).click()
    await page.keyboard.press('Enter')
    await until(page, `document.querySelector('.xterm-rows').textContent.split('alive-10').length > 2`)

    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390)
    expect(await seriousFindings(page)).toEqual([])
    expect(complaints).toEqual([])
  })
})

describe.skipIf(missing)('the files', () => {
  test('of a release are listed, searched, shown with line numbers and downloaded', async () => {
    const { page } = owner
    await page.goto(at('files'))
    await page.getByRole('link', { name: /server\.js/ }).waitFor()
    expect(await page.getByRole('main').locator('img').count()).toBe(0)
    expect(await seriousFindings(page)).toEqual([])

    await page.getByLabel('Names in this folder').fill('SERVER')
    await page.getByText('1 entry').waitFor()
    await page.getByRole('link', { name: /server\.js/ }).click()
    await page.getByText("import { createServer } from 'node:http'").waitFor()
    expect(await seriousFindings(page)).toEqual([])
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ])

    expect(download.suggestedFilename()).toBe('server.js')
    expect(readFileSync(await download.path(), 'utf8')).toContain('createServer')
  })

  test('a picture is shown, a strange name does nothing, and a link is followed by its reader alone', async () => {
    const { page } = owner
    await page.goto(at('files?path=public'))
    await page.getByRole('link', { name: /gpj\.<img/ }).click()
    await page.getByText('harmless').waitFor()
    await page.getByRole('navigation', { name: 'Folder' }).getByRole('link', { name: 'public' }).click()
    await page.getByRole('link', { name: /dot\.bin/ }).click()
    await page.getByRole('img', { name: 'The picture dot.bin' }).waitFor()
    const width = `document.querySelector('main img').naturalWidth`
    await until(page, `${width} === 1`)

    await page.goto(at('files?volume=data'))
    await page.getByRole('link', { name: /way-out/ }).click()
    await page.getByText('That lies outside of these files.').waitFor()
    await page.goto(at('files?volume=data'))
    await page.getByRole('link', { name: /way-in/ }).click()
    await page.getByRole('link', { name: 'Go there' }).click()
    await page.getByText('name,country').waitFor()
  })

  test('of a volume can be read, and what was read is in the audit log', async () => {
    const { data } = await platform.api.page('audit.list', { query: { action: 'app:files' } })

    expect(data.map(({ after }) => after)).toContainEqual({ volume: 'data', file: 'guests.csv' })
  })

  test('nothing was complained of', () => {
    expect(owner.complaints).toEqual([])
  })
})

function shop(): string {
  const folder = temporaryFolder().path
  mkdirSync(join(folder, 'public'))
  writeFileSync(join(folder, 'public', HOSTILE), 'harmless')
  writeFileSync(join(folder, 'public', 'dot.bin'), PNG)
  writeFileSync(
    join(folder, 'server.js'),
    `import { createServer } from 'node:http'

createServer((request, response) => response.end('ok')).listen(process.env.PORT)
`,
  )
  const manifest = { type: 'module', scripts: { start: 'node server.js' } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  return folder
}

/** A volume as an app in Docker leaves it, whose engine this test need not have. */
async function leaveVolume(): Promise<void> {
  const { id } = await platform.api.call('apps.get', { params: { slug: 'shop' } })
  const volume = join(platform.home, 'volumes', id, 'data')
  mkdirSync(volume, { recursive: true })
  writeFileSync(join(volume, 'guests.csv'), 'name,country\nAda,England\n')
  symlinkSync('../../../etc/passwd', join(volume, 'way-out'))
  symlinkSync('./guests.csv', join(volume, 'way-in'))
}

function at(path: string): string {
  return dashboardUrl(platform, `/apps/shop/${path}`)
}

async function open(page: Page): Promise<void> {
  await page.goto(at('terminal'))
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await page.getByText(/^Open in web, instance/).waitFor()
}

async function line(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
}

/** Also where a line of the terminal breaks it. */
async function shows(page: Page, text: string): Promise<void> {
  const said = `document.querySelector('.xterm-rows')?.textContent.includes('${text}')`
  await until(page, said)
}

/** The page's policy forbids what the browser driver would wait with. */
function until(page: Page, truth: string): Promise<unknown> {
  return waitFor(() => page.evaluate(truth), { what: truth, timeoutMs: 60_000 })
}

/** As the shell sees it; asked again until it is what one waits for. */
async function sizeIn(page: Page, fits: (size: Size) => boolean = () => true): Promise<Size> {
  return waitFor(
    async () => {
      const mark = `size-${asked++}-`
      await line(page, `echo ${mark.replace('-', '$(:)-')}$(stty size | tr ' ' x)-`)
      const seen = `document.querySelector('.xterm-rows').textContent.match(/${mark}(\\d+)x(\\d+)-/)`
      await until(page, seen)
      const [, rows, columns] = (await page.evaluate(seen)) as string[]
      const size = { rows: Number(rows), columns: Number(columns) }
      return fits(size) ? size : undefined
    },
    { what: 'the size of the terminal', timeoutMs: 30_000 },
  )
}

let asked = 0

interface Size {
  rows: number
  columns: number
}

function focused(page: Page): Promise<unknown> {
  return page.evaluate(`[document.activeElement.tagName, document.activeElement.ariaLabel].join(' ').trim()`)
}

/** Adds a member; resolves with what changes their role. */
async function member(account: Account, role: 'developer'): Promise<(role: 'viewer') => Promise<unknown>> {
  const { team } = await platform.api.call('apps.get', { params: { slug: 'shop' } })
  const params = { team: team.slug }
  const { url } = await platform.api.call('invitations.create', { params, body: { role } })
  const joined = await http(platform, 'POST /api/v1/invitations/join', {
    body: { ...account, token: tokenOf(url!) },
  })
  expect(joined.status).toBe(201)
  const members = await platform.api.call('members.list', { params })
  const person = members.find(one => one.person.email === account.email)!.person.id
  return role => platform.api.call('members.update', { params: { ...params, person }, body: { role } })
}

/** An open terminal of somebody, and what ends all of their sessions from elsewhere. */
async function terminalOf(account: Account) {
  const opened = await openBrowserPage()
  await signInAt(opened.page, platform, account)
  await open(opened.page)
  const endSession = async () => {
    const signedIn = await http(platform, 'POST /api/v1/session', {
      body: { email: account.email, password: account.password },
    })
    await http(platform, 'DELETE /api/v1/sessions', { token: signedIn.json.data.token })
  }
  return { ...opened, endSession }
}
