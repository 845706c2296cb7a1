/** A real Chromium for tests of the dashboard. What it complains of fails the test that looks at `complaints`. */
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterTestOrFile } from './after-file.ts'
import { findCommand } from './system-part.ts'

export interface BrowserPage {
  page: Page
  /** Exceptions, errors in the console, breaches of the content policy. Refusals of the API (4xx) are none. */
  complaints: string[]
}

export interface BrowserPageOptions {
  /** In CSS pixels. */
  width?: number
  height?: number
}

/** Opens an empty page in a browser of its own, which ends with the test or else the file. */
export async function openBrowserPage({
  width = 1280,
  height = 900,
}: BrowserPageOptions = {}): Promise<BrowserPage> {
  const browser = await launch()
  afterTestOrFile(() => browser.close())
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', error => complaints.push(error.message))
  page.on('console', message => {
    if (message.type() === 'error' && !isRefusal(message.text())) complaints.push(message.text())
  })
  return { page, complaints }
}

/** What axe-core finds on the page as it is, as far as it is serious or worse. */
export async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
}

async function launch(): Promise<Browser> {
  const executablePath = ['chromium', 'chromium-browser', 'google-chrome'].map(findCommand).find(Boolean)
  // As root, as in CI, Chromium has no sandbox; the pages are our own.
  return chromium.launch({ ...(executablePath && { executablePath }), args: ['--no-sandbox'] })
}

/** The console repeats every answer with an error's status, and a platform that is gone. */
function isRefusal(text: string): boolean {
  return text.startsWith('Failed to load resource:')
}
