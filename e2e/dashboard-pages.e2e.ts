/**
 * Every page of the router, full of text that strangers sent: as its owner in light and dark, wide and narrow; as a
 * viewer, who may press nothing that would be refused. The list of pages is the router's own.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemPart, temporaryFolder, waitFor } from '@seaworthy/testing'
import { type BrowserPage, openBrowserPage, seriousFindings } from '@seaworthy/testing/browser'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fixture } from './harness/apps.ts'
import { dashboardUrl, goTo, reasonOf, signInAt, TWO_FRAMES, untilSettled } from './harness/dashboard.ts'
import {
  BROUGHT_ABOUT,
  HOSTILE_AGENT,
  HOSTILE_LINE,
  HOSTILE_NAME,
  HOSTILE_PATH,
} from './harness/hostile-words.ts'
import { http, tokenOf } from './harness/people.ts'
import { Platform } from './harness/platform.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const BOB = { email: 'bob@example.org', name: HOSTILE_NAME, password: 'Quiet-Pebble-82-Meadows' }
const WIDE = { width: 1440, height: 900 }
const NARROW = { width: 390, height: 844 }

/** Where a viewer presses everything. The settings and the pages of a team have their own tests of refusals. */
const VIEWED = /^\/apps\/[^/]+\/(?:deployments.*|releases|logs|requests|visits|domains)?$/

/** Some forty pages in four looks, on a machine that is busy. */
const SLOWLY = { timeout: 900_000 }

/** What the parts of an address that begin with `$` stand for. A page that needs another one needs a line here. */
const PARAMS: Record<string, string> = {
  $slug: 'harbour',
  $number: '1',
  $team: 'crew',
  $person: BOB.email,
}

let platform: Platform
const missing = await systemPart.missing('chromium', 'git')
beforeAll(async () => {
  if (missing) return
  platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  })
  await fillPlatform()
})
afterAll(() => platform?.destroy())

describe.skipIf(missing)('in a browser', () => {
  let owner: BrowserPage
  let paths: { inside: string[]; outside: string[] }
  beforeAll(async () => {
    owner = await openBrowserPage(WIDE)
    await signInAt(owner.page, platform, OWNER)
    paths = await routerPaths(owner.page)
  })

  test('every page inside is whole and inert, in light and dark, wide and narrow', SLOWLY, async () => {
    const second = await openBrowserPage(WIDE)
    await signInAt(second.page, platform, OWNER)
    const half = Math.ceil(paths.inside.length / 2)

    const faults = await Promise.all([
      walk(owner, paths.inside.slice(0, half)),
      walk(second, paths.inside.slice(half)),
    ])

    expect(paths.inside.length).toBeGreaterThan(30)
    expect(faults.flat()).toEqual([])
  })

  test('every page before one is signed in is so as well', async () => {
    const stranger = await openBrowserPage(WIDE)

    expect(await walk(stranger, paths.outside)).toEqual([])
  })

  test(
    'a viewer presses nothing that is refused, and reads by keyboard why they may not press the rest',
    SLOWLY,
    async () => {
      const viewer = await openBrowserPage(WIDE)
      await signInAt(viewer.page, platform, BOB)
      const refusals: string[] = []
      viewer.page.on('response', answer => {
        if (answer.status() === 403) refusals.push(`${answer.request().method()} ${answer.url()}`)
      })
      let reasons = 0

      const faults: string[] = []
      for (const path of paths.inside.filter(path => VIEWED.test(path)))
        reasons += await pressAll(viewer.page, path, faults)

      expect(faults).toEqual([])
      expect(refusals).toEqual([])
      expect(viewer.complaints).toEqual([])
      expect(reasons).toBeGreaterThan(7)
    },
  )
})

/** Goes to each page and resolves with all that is wrong with it. */
async function walk({ page, complaints }: BrowserPage, paths: readonly string[]): Promise<string[]> {
  const faults: string[] = []
  for (const path of paths) {
    const found = await look(page, path).catch(error => [(error as Error).message])
    faults.push(...[...found, ...complaints.splice(0)].map(fault => `${path}: ${fault}`))
  }
  return faults
}

async function look(page: Page, path: string): Promise<string[]> {
  await page.setViewportSize(WIDE)
  await page.emulateMedia({ colorScheme: 'light' })
  await goTo(page, dashboardUrl(platform, path))
  await untilSettled(page)
  const wide = [...(await faultsOf(page)), ...(await colourFaults(page, 'dark'))]
  await keepPicture(page, path)
  await page.setViewportSize(NARROW)
  await page.evaluate(TWO_FRAMES)
  const narrow = [...(await faultsOf(page)), ...(await colourFaults(page, 'light'))]
  await keepPicture(page, path)
  return [...wide, ...narrow]
}

async function faultsOf(page: Page): Promise<string[]> {
  const { width } = page.viewportSize()!
  const found = await page.evaluate<string[]>(BROUGHT_ABOUT)
  const scrollWidth = await page.evaluate<number>('document.documentElement.scrollWidth')
  if (scrollWidth > width) found.push(`is ${scrollWidth} wide where ${width} are seen`)
  const headings = await page.getByRole('heading', { level: 1 }).count()
  if (headings !== 1) found.push(`has ${headings} headings of the first level`)
  const mains = await page.getByRole('main').count()
  if (mains !== 1) found.push(`has ${mains} main landmarks`)
  const title = await page.title()
  if (!/.+ · Seaworthy$/.test(title)) found.push(`has the title "${title}"`)
  return [...found, ...(await seriousFindings(page))].map(fault => `${width} wide: ${fault}`)
}

/** For people who want to look at all pages: into the folder that SEAWORTHY_PICTURES names. */
async function keepPicture(page: Page, path: string): Promise<void> {
  const folder = process.env.SEAWORTHY_PICTURES
  if (!folder) return
  const name = path.replace(/\W+/g, '-').replace(/^-|-$/g, '') || 'apps'
  await page.screenshot({ path: join(folder, `${name}-${page.viewportSize()!.width}.png`), fullPage: true })
}

/** The same page in other colours: only contrast can differ. */
async function colourFaults(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme })
  await page.evaluate(TWO_FRAMES)
  const found = await seriousFindings(page, ['color-contrast', 'link-in-text-block'])
  return found.map(fault => `in ${colorScheme}: ${fault}`)
}

/**
 * Every button of a page: one that cannot be pressed says why, and each other one is pressed.
 *
 * @returns how many reasons were read
 */
async function pressAll(page: Page, path: string, faults: string[]): Promise<number> {
  await goTo(page, dashboardUrl(platform, path))
  await untilSettled(page)
  const buttons = page.locator('#page').getByRole('button')
  let reasons = 0
  for (let index = 0; index < (await buttons.count()); index++) {
    const button = buttons.nth(index)
    if (!(await button.isVisible())) continue
    const name = await nameOf(button)
    try {
      if ((await button.getAttribute('aria-disabled')) !== 'true') await press(page, button)
      else if ((await reasonOf(page, button)).length > 15) reasons++
    } catch (error) {
      faults.push(`${path}: ${name}: ${(error as Error).message}`)
    }
  }
  return reasons
}

/** What opens is looked at and left. */
async function press(page: Page, button: Locator): Promise<void> {
  // By keyboard: with a pointer, what floats over the page would be in the way.
  await button.press('Enter')
  await page.evaluate(TWO_FRAMES)
  const dialog = page.getByRole('dialog')
  for (let tries = 0; tries < 5 && (await dialog.or(page.getByRole('menu')).count()) > 0; tries++) {
    await page.keyboard.press('Escape')
    await page.evaluate(TWO_FRAMES)
  }
}

async function nameOf(button: Locator): Promise<string> {
  return (await button.getAttribute('aria-label')) ?? (await button.textContent()) ?? ''
}

/** Every address that the router of the page knows; see TanStack Router's `__TSR_ROUTER__`. */
async function routerPaths(page: Page): Promise<{ inside: string[]; outside: string[] }> {
  const routes = await page.evaluate<{ id: string; fullPath: string }[]>(
    'Object.values(self.__TSR_ROUTER__.routesByPath).map(({ id, fullPath }) => ({ id, fullPath }))',
  )
  const isInside = ({ id }: { id: string }) => id.startsWith('/inside')
  return {
    inside: routes.filter(isInside).map(({ fullPath }) => withParams(fullPath)),
    outside: routes.filter(route => !isInside(route)).map(({ fullPath }) => withParams(fullPath)),
  }
}

function withParams(path: string): string {
  return path.replace(/\$\w*/g, name => {
    const value = PARAMS[name]
    if (value === undefined) throw new Error(`PARAMS of this test say nothing for ${name} of ${path}.`)
    return value
  })
}

/** An app from a repository, a team with a viewer, variables, a domain, tokens, requests: all with hostile text. */
async function fillPlatform(): Promise<void> {
  const { api } = platform
  const team = { team: 'crew' }
  const slug = { slug: 'harbour' }
  await api.call('teams.create', { body: { slug: 'crew', name: HOSTILE_NAME } })
  await api.call('apps.create', { body: { slug: 'harbour', name: HOSTILE_NAME, team: 'crew' } })
  await api.call('env.update', {
    params: slug,
    body: { set: { HOSTILE: { value: HOSTILE_LINE.replaceAll('\u0000', ''), secret: false } } },
  })
  const { number } = await api.call('deployments.create', {
    params: slug,
    body: { git: { url: `file://${repository()}` } },
  })
  const { state, error } = await platform.untilState('harbour', number, ['succeeded', 'failed'])
  if (state !== 'succeeded') throw new Error(error?.message)
  PARAMS.$id = (await api.page('jobs.list', { query: { limit: 1 } })).data[0]!.id
  await joinAsViewer(team)
  await api.call('invitations.create', {
    params: team,
    body: { role: 'developer', email: 'eve@example.org' },
  })
  await ask('/500/fails')
  await ask(HOSTILE_PATH)
  await waitFor(async () => (await api.call('visits.get', { params: slug })).views > 0, {
    timeoutMs: 60_000,
    what: 'a visit',
  })
}

function ask(path: string) {
  return platform.request('harbour', path, { headers: { accept: 'text/html', 'user-agent': HOSTILE_AGENT } })
}

/** Of an app whose commit, build and log say hostile things. */
function repository(): string {
  const { path } = temporaryFolder()
  cpSync(fixture('answers-as-asked'), path, { recursive: true })
  const shout = `console.log(${JSON.stringify(HOSTILE_LINE)})`
  mkdirSync(join(path, 'scripts'))
  writeFileSync(join(path, 'scripts', 'shout.js'), shout)
  writeFileSync(
    join(path, 'package.json'),
    JSON.stringify({
      ...{ name: 'harbour', private: true, type: 'module' },
      scripts: { build: 'node scripts/shout.js', start: 'node scripts/shout.js && node server.js' },
    }),
  )
  const message = join(temporaryFolder().path, 'message')
  writeFileSync(message, `${HOSTILE_NAME}\n\n${HOSTILE_LINE}`)
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: path })
  git('init', '-q', '-b', 'main')
  git('add', '.')
  git('commit', '-q', '-F', message)
  return path
}

async function joinAsViewer(team: { team: string }): Promise<void> {
  const { url } = await platform.api.call('invitations.create', { params: team, body: { role: 'viewer' } })
  const joined = await http(platform, 'POST /api/v1/invitations/join', {
    body: { ...BOB, token: tokenOf(url!) },
  })
  expect(joined.status, joined.text).toBe(201)
}
