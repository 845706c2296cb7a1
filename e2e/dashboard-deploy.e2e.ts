/**
 * Deployments and logs in a real browser against a real platform: a failure and its explanation, the way back with its
 * difference, an approval by a second person, a time to come, and logs that are searched, linked and never lost.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Deployment } from '@seaworthy/api'
import { ApiError, createClient } from '@seaworthy/api/client'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { type BrowserPage, openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dashboardUrl, goTo, refuses, signInAt, untilSettled } from './harness/dashboard.ts'
import { Platform } from './harness/platform.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const SECOND = { email: 'eve@example.org', password: 'Copper-Kettle-57-Violets' }
/** Markup, marks of direction, an endless line, a title for the terminal and colours. */
const HOSTILE = '<b>bold</b> \\u202egnp \\u001b]0;owned\\u0007\\u001b[31mred\\u001b[0m \\ud83d\\ude80 needle'
const missing = await systemPart.missing('chromium')

let platform: Platform
let owner: BrowserPage
let second: BrowserPage

beforeAll(async () => {
  if (missing) return
  platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  })
  await addSecond()
  owner = await openBrowserPage()
  second = await openBrowserPage()
  await signInAt(owner.page, platform, OWNER)
  await signInAt(second.page, platform, SECOND)
})

afterAll(() => platform?.destroy())

describe.skipIf(missing)('in a browser', () => {
  test('a failing deployment explains itself, and its log is searched, folded and linked', async () => {
    const { page } = owner
    const deployment = await deploy(folder('one', { fails: true }))
    const address = `${appUrl()}/deployments/${deployment.number}`
    await goTo(page, address)
    await untilSettled(page)

    await page.getByRole('alert').getByText('It did not go live').waitFor()
    const log = page.getByRole('log', { name: 'Log' })
    await page.getByRole('button', { name: 'To the failing line' }).click()
    await log.getByText('Error: Cannot find module').first().waitFor()
    expect(await seriousFindings(page)).toEqual([])

    await page.getByLabel('Find in the log').fill('needle')
    await page.getByText('0 of 3', { exact: true }).waitFor()
    await page.getByLabel('Find in the log').press('Enter')
    await page.getByText('1 of 3', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Next place' }).click()
    await page.getByText('2 of 3', { exact: true }).waitFor()
    const mark = log.locator('mark').first()
    await mark.waitFor()
    expect(await log.locator('b').count()).toBe(0)
    expect(await log.textContent()).not.toContain('\u202e')
    await page.waitForURL(/#L\d+$/)
    const linked = page.url()

    await page.getByRole('button', { name: 'Fold all steps' }).click()
    await log.getByText('plain line 1', { exact: true }).waitFor({ state: 'detached' })
    await log
      .getByRole('button', { name: /^Unfold / })
      .first()
      .waitFor()
    await page.goto('about:blank')
    await goTo(page, linked)
    await log.locator('.bg-accent-soft', { hasText: 'needle' }).waitFor()
    await page.getByRole('button', { name: 'Break long lines' }).click()
    await log.locator('.bg-accent-soft', { hasText: 'needle' }).waitFor()

    await page.getByRole('button', { name: 'Try again' }).click()
    await page.waitForURL(new RegExp(`/deployments/${deployment.number + 1}$`))
    await page.getByRole('alert').getByText('It did not go live').waitFor()
  })

  test('a way back tells its difference before it is taken', async () => {
    const { page } = owner
    await goLive('two')
    await goLive('three', { 'extra.txt': 'more' })
    await goTo(page, `${appUrl()}/releases`)
    await page.getByRole('button', { name: 'Roll back to v1' }).click()

    const dialog = page.getByRole('dialog')
    await dialog.getByText('1 file changed, 1 gone').waitFor()
    await dialog.getByText('v1 beside v2, which serves now').waitFor()
    expect(await seriousFindings(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Roll back to v1' }).click()
    await page.getByText('Succeeded').first().waitFor()
    await waitFor(async () => (await platform.request('shop')).body.startsWith('two'))
  })

  test('a deployment waits for the word of a second person', async () => {
    const { page } = owner
    await goTo(page, `${appUrl()}/deployments`)
    await page.getByRole('button', { name: 'Change', exact: true }).click()
    await page.getByRole('switch', { name: 'Ask for an approval' }).click()
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/wait until somebody with the role admin/).waitFor()
    await deployAgain(page)

    await page.getByRole('heading', { name: 'Waits for an approval' }).waitFor()
    await page.getByRole('heading', { name: /beside v3, which serves now/ }).waitFor()
    await refuses(page, 'Approve', /somebody else has to approve it/)
    expect(await seriousFindings(page)).toEqual([])
    const address = page.url()

    await goTo(second.page, `${appUrl()}/deployments`)
    await second.page.getByRole('heading', { name: 'Waiting' }).waitFor()
    await goTo(second.page, address)
    await second.page.getByRole('heading', { name: /beside v3, which serves now/ }).waitFor()
    await second.page.getByRole('button', { name: 'Approve' }).click()
    const dialog = second.page.getByRole('dialog')
    await dialog.getByLabel('A word about it').fill('Looks right')
    await dialog.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('Succeeded').first().waitFor()
  })

  test('a deployment is ordered for later, moved, and called off', async () => {
    const { page } = owner
    const off = { params: { slug: 'shop' }, body: { required: false } }
    await patiently(() => platform.api.call('approval.set', off))
    await deployAgain(page, { later: true })

    await page.getByRole('heading', { name: 'Starts later' }).waitFor()
    await page.getByText(/\d UTC\)/).waitFor()
    await page.getByRole('button', { name: 'Change the time' }).click()
    await page.getByRole('dialog').getByLabel('When').fill('2041-05-06T07:08')
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click()
    await page.locator('time[datetime^="2041-05-06"]').waitFor()
    await page.getByRole('button', { name: 'Cancel deployment' }).click()
    await page.getByText('Cancelled', { exact: true }).first().waitFor()
  })

  test('logs are linked line by line, and a live log loses nothing over a kill of the platform', async () => {
    const { page } = owner
    const lines = await platform.api.call('logs.query', {
      params: { slug: 'shop' },
      query: { grep: 'needle' },
    })
    await goTo(page, `${appUrl()}/logs?line=${lines[0]!.cursor}`)
    const log = page.getByRole('log', { name: 'Logs' })
    await log.locator('[aria-current=true]', { hasText: 'needle' }).waitFor()
    expect(await log.locator('b').count()).toBe(0)
    expect(await seriousFindings(page)).toEqual([])

    await goTo(page, `${appUrl()}/logs?grep=tick`)
    const status = page.getByRole('status').filter({ hasText: /^[\d,]+ lines?$/ })
    const latest = async () => Number.parseInt(((await status.textContent()) ?? '').replaceAll(',', ''), 10)
    await waitFor(async () => (await latest()) > 20, { timeoutMs: 30_000, what: 'lines to come' })
    await platform.kill()
    await platform.startControlPlane()
    const after = (await latest()) + 20
    await waitFor(async () => (await latest()) > after, { timeoutMs: 60_000, what: 'lines to come again' })

    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download' }).click()
    const text = readFileSync(await (await saved).path(), 'utf8')
    for (const [run, ticks] of ticksByInstance(text)) {
      const expected = Array.from({ length: ticks.length }, (_, index) => ticks[0]! + index)
      expect(ticks, run).toEqual(expected)
    }
    await page.getByRole('button', { name: 'Requests' }).click()
    await page.getByRole('heading', { name: 'Requests' }).waitFor()
  })

  test('nothing was complained of', () => {
    expect([...owner.complaints, ...second.complaints].filter(each => !/^50[234] for/.test(each))).toEqual([])
  })
})

function appUrl(): string {
  return dashboardUrl(platform, '/apps/shop')
}

async function goLive(version: string, files: Record<string, string> = {}): Promise<void> {
  const deployment = await deploy(folder(version, { files }))
  if (deployment.state !== 'succeeded') throw new Error(deployment.error?.message)
}

/** Resolves with the deployment at its end. */
async function deploy(path: string): Promise<Deployment> {
  const { number } = await patiently(() => platform.push('shop', path))
  return patiently(() => platform.untilState('shop', number, ['succeeded', 'failed', 'cancelled']))
}

/** Again where the platform is too busy for an answer. */
async function patiently<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const answer = await waitFor(
    () =>
      ask().then(
        value => ({ value }),
        error => {
          if (error instanceof ApiError && error.status === 503) return undefined
          throw error
        },
      ),
    { timeoutMs: 60_000, what: 'an answer of the platform' },
  )
  return answer.value
}

/** Through the dialog, as somebody does who has nothing at hand. */
async function deployAgain(page: Page, { later = false } = {}): Promise<void> {
  await goTo(page, appUrl())
  await page.getByRole('button', { name: 'Deploy', exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('tab', { name: 'Again' }).click()
  if (later) {
    await dialog.getByRole('switch', { name: 'Start it later' }).click()
    await dialog.getByLabel('When').fill('2040-01-02T03:04')
  }
  await dialog.getByRole('button', { name: 'Build the same code again' }).click()
  await page.waitForURL(/\/deployments\/\d+$/)
}

/** The numbers of `tick 12`, in order, by the instance that counted. */
function ticksByInstance(text: string): Map<string, number[]> {
  const found = [...text.matchAll(/^\S+ web (\S+) tick (\d+)$/gm)]
  expect(found.length).toBeGreaterThan(20)
  const groups = Map.groupBy(found, ([, instance]) => instance!)
  return new Map([...groups].map(([name, all]) => [name, all.map(([, , number]) => Number(number))]))
}

/** An app that is built with a long log, and says a numbered line ten times a second. */
function folder(version: string, { fails = false, files = {} as Record<string, string> } = {}): string {
  const { path } = temporaryFolder()
  const all = {
    'package.json': '{"type":"module","scripts":{"start":"node server.js"}}',
    'seaworthy.json': '{"build":{"command":"node build.js"}}',
    'version.txt': version,
    'build.js': `for (let line = 1; line <= 300; line++) console.log(line % 100 === 0 ? "${HOSTILE} " + "x".repeat(10000) : "plain line " + line)
${fails ? 'console.error("Error: Cannot find module \'left-pad\'"); process.exit(1)' : ''}`,
    'server.js': `import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
const version = readFileSync('version.txt', 'utf8')
console.log("${HOSTILE}")
let tick = 0
setInterval(() => console.log('tick ' + tick++), 100)
createServer((_, response) => response.end(version)).listen(process.env.PORT)
process.on('SIGTERM', () => process.exit(0))`,
    ...files,
  }
  mkdirSync(path, { recursive: true })
  for (const [name, text] of Object.entries(all)) writeFileSync(join(path, name), text)
  return path
}

/** Somebody else of the same team, who may approve. */
async function addSecond(): Promise<void> {
  const invite = { params: { team: 'default' }, body: { role: 'admin' as const } }
  const { url } = await platform.api.call('invitations.create', invite)
  const stranger = createClient({ baseUrl: dashboardUrl(platform) })
  const token = new URL(url!).hash.slice('#token='.length)
  await stranger.call('invitations.join', { body: { token, name: 'Eve', ...SECOND } })
  stranger.close()
}
