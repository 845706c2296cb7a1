/** One page of the dashboard, loaded by a browser that knows nothing yet, and used by hand. */
import type { Browser, CDPSession, Page } from 'playwright-core'

export interface PageFigures {
  /** Largest contentful paint, in milliseconds since the navigation began. */
  paintMs: number
  /** The slowest of what was typed and clicked, until the next picture (Event Timing; whole 8 ms). */
  interactionMs: number
  /** As sent, without headers: all that the page loaded by itself. */
  scriptBytes: number
}

export interface PageFiguresOptions {
  browser: Browser
  origin: string
  path: string
  person: { email: string; password: string }
}

/** The picture that is measured is the last one: an app's figures come a little after its name. */
const QUIET_MS = 1_000

export async function pageFigures({
  browser,
  origin,
  path,
  person,
}: PageFiguresOptions): Promise<PageFigures> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    const page = await context.newPage()
    await signIn(page, origin, person)
    const devtools = await context.newCDPSession(page)
    await devtools.send('Network.enable')
    await devtools.send('Network.clearBrowserCache')
    await devtools.send('Network.setExtraHTTPHeaders', { headers: { 'accept-encoding': 'gzip' } })
    await page.addInitScript(OBSERVE)
    const script = countScript(devtools)
    await page.goto(origin + path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    const paintMs = await untilQuiet(page)
    const scriptBytes = script()
    await useByHand(page)
    return { paintMs, scriptBytes, interactionMs: await page.evaluate<number>('globalThis.slowestMs') }
  } finally {
    await context.close()
  }
}

/** Runs before the page's own script. */
export const OBSERVE = `
globalThis.paintMs = 0
globalThis.slowestMs = 0
new PerformanceObserver(list => { globalThis.paintMs = list.getEntries().at(-1).startTime })
  .observe({ type: 'largest-contentful-paint', buffered: true })
new PerformanceObserver(list => {
  for (const { duration, interactionId } of list.getEntries())
    if (interactionId > 0) globalThis.slowestMs = Math.max(globalThis.slowestMs, duration)
}).observe({ type: 'event', durationThreshold: 16, buffered: true })
`

export async function signIn(
  page: Page,
  origin: string,
  person: PageFiguresOptions['person'],
): Promise<void> {
  await page.goto(`${origin}/sign-in`)
  await page.getByLabel('E-mail address').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.waitForURL(({ pathname }) => pathname !== '/sign-in')
  await page.goto('about:blank')
}

/** @returns asks how many bytes of script came */
function countScript(devtools: CDPSession): () => number {
  const scripts = new Set<string>()
  let bytes = 0
  devtools.on('Network.responseReceived', ({ requestId, type, response }) => {
    if (type === 'Script' || response.mimeType.includes('javascript')) scripts.add(requestId)
  })
  devtools.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength
  })
  return () => bytes
}

/** The largest paint, once there was no larger one for a while. */
async function untilQuiet(page: Page): Promise<number> {
  let known = -1
  for (;;) {
    const now = await page.evaluate<number>('globalThis.paintMs')
    if (now === known && now > 0) return now
    known = now
    await page.waitForTimeout(QUIET_MS)
  }
}

/** What people do on each of these pages: type into its search, if it has one, and press what switches the view. */
async function useByHand(page: Page): Promise<void> {
  const search = page.getByRole('searchbox').first()
  if ((await search.count()) > 0) {
    await search.click()
    await page.keyboard.type('app-1', { delay: 30 })
  }
  for (const radio of (await page.locator('label:has(input[type=radio])').all()).slice(0, 3))
    await radio.click()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
  await page.keyboard.type('har', { delay: 30 })
  await page.keyboard.press('Escape')
  await page.waitForTimeout(QUIET_MS)
}
