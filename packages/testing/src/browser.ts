/** A real Chromium for tests of the dashboard. What it complains of fails the test that looks at `complaints`. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page, Response } from 'playwright-core'
import { afterFile, afterTestOrFile } from './after-file.ts'
import { launchChromium } from './chromium.ts'

export interface BrowserPage {
  page: Page
  /** Exceptions, errors in the console, breaches of the content policy, answers from 500 up. Refusals (4xx) are none. */
  complaints: string[]
}

export interface BrowserPageOptions {
  /** In CSS pixels. */
  width?: number
  height?: number
}

/**
 * Opens an empty page that shares nothing with others: as in a browser of its own. It ends with the test or else the
 * file.
 */
export async function openBrowserPage({
  width = 1280,
  height = 900,
}: BrowserPageOptions = {}): Promise<BrowserPage> {
  const browser = await sharedBrowser()
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' })
  afterTestOrFile(() => context.close())
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error' && !isRefusal(message.text())) complaints.push(message.text())
  })
  page.on('response', answer => {
    if (answer.status() >= 500 && !isOverload(answer))
      complaints.push(`${answer.status()} for ${answer.url()}`)
  })
  return { page, complaints }
}

let shared: Promise<Browser> | undefined

/** One for the whole file, since its start takes longer than much that is done in it. It ends with the file. */
async function sharedBrowser(): Promise<Browser> {
  shared ??= startBrowser()
  const browser = await shared
  if (browser.isConnected()) return browser
  shared = startBrowser()
  return shared
}

async function startBrowser(): Promise<Browser> {
  const browser = await launchChromium()
  afterFile(() => browser.close())
  return browser
}

/**
 * What axe-core finds on the page as it is, as far as it is serious or worse.
 *
 * @param rules these alone, such as for a second look in other colours
 */
export async function seriousFindings(page: Page, rules?: readonly string[]): Promise<string[]> {
  // Without frames of its own a page needs no second one to gather what was found, which takes most of the time.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
  const { violations } = await (rules ? axe.withRules([...rules]) : axe).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
}

/** A busy machine asks for patience, which is no fault of the page. */
function isOverload(answer: Response): boolean {
  return answer.status() === 503 && 'retry-after' in answer.headers()
}

/** The console repeats every answer with an error's status, and a platform that is gone. */
function isRefusal(text: string): boolean {
  return text.startsWith('Failed to load resource:')
}
