/**
 * The list of apps with 500 of them, in a real browser: first paint, script, answers to the hand, pictures while one
 * scrolls; and what the list costs the API. The apps are rows, each with half an hour of figures.
 */
import { join } from 'node:path'
import { silentLogger } from '@seaworthy/kit'
import { emptyCounters } from '@seaworthy/routes'
import { launchChromium } from '@seaworthy/testing/chromium'
import type { Browser, Page } from 'playwright-core'
import { http } from '../e2e/harness/people.ts'
import { Platform } from '../e2e/harness/platform.ts'
import { RequestFigures } from '../programs/control-plane/request-figures/request-figures.ts'
import { openDatabase, type Store } from '../programs/control-plane/store/database.ts'
import { fillWithHistory } from './api-history.ts'
import { OBSERVE, pageFigures, signIn } from './dashboard-page.ts'
import { median, milliseconds } from './measure.ts'
import { printTable } from './table.ts'

const APPS = 500
const MINUTES = 30
const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const BUDGETS = { paintMs: 1_500, interactionMs: 100, frameMs: 50, apiMs: 50 }
const ROUNDS = Number(process.env.SEAWORTHY_BENCH_ROUNDS ?? 3)
const ASKS = 15

interface Scrolled {
  /** Time between two pictures while the list moves: the usual one and the slow ones. */
  p50FrameMs: number
  p95FrameMs: number
  worstFrameMs: number
  /** Processor time of the page's own thread: the longest piece of work in one go, and all of it. */
  longestMs: number
  workMs: number
  /** The slowest of what was typed and chosen in the list. */
  listAnswerMs: number
  /** Of the page since it was opened. */
  scriptMs: number
  /** Drawn at the end, of all. */
  rows: number
}

export async function run(): Promise<object> {
  const platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  })
  const browser = await launchChromium()
  try {
    await fill(platform)
    const origin = `http://127.0.0.1:${platform.port}`
    const api = await apiFigures(platform)
    const pages = []
    for (let round = 0; round < ROUNDS; round++)
      pages.push(await pageFigures({ browser, origin, path: '/', person: OWNER }))
    const scrolled = []
    for (let round = 0; round < ROUNDS; round++) scrolled.push(await scroll(browser, origin))
    const figures = {
      paintMs: median(pages.map(({ paintMs }) => paintMs)),
      interactionMs: median(pages.map(({ interactionMs }) => interactionMs)),
      scriptBytes: median(pages.map(({ scriptBytes }) => scriptBytes)),
      ...medians(scrolled),
      ...api,
    }
    print(figures)
    return figures
  } finally {
    await browser.close()
    await platform.destroy()
  }
}

async function fill({ home }: Platform): Promise<void> {
  const store = await openDatabase({
    file: join(home, 'database', 'seaworthy.sqlite'),
    log: silentLogger,
  })
  await fillWithHistory(store, APPS)
  await store.db
    .updateTable('apps')
    .set({ tags_json: '["customer-a","internal"]' })
    .where('slug', 'like', '%7')
    .execute()
  await countRequests(store)
  await store.close()
}

/** As if the edge had told it minute by minute. */
async function countRequests(store: Store): Promise<void> {
  const apps = await store.db.selectFrom('apps').select('id').execute()
  const figures = new RequestFigures({ store })
  const now = Date.now()
  for (let minute = 1; minute <= MINUTES; minute++) {
    const counters = apps.map(({ id }, number) => {
      const requests = minute * (20 + (number % 40))
      const counted = { ...emptyCounters(id, 'v5'), requests, lastRequestAt: now }
      counted.responses['2xx'] = requests
      counted.latencyBuckets[20] = requests
      return counted
    })
    await figures.record(
      { startedAt: now - 3_600_000, counters, unrouted: emptyCounters('', '') },
      now - (MINUTES - minute) * 60_000,
    )
  }
}

async function apiFigures(platform: Platform): Promise<{ figuresMs: number; listMs: number }> {
  const { token } = (await http(platform, 'POST /api/v1/session', { body: OWNER })).json.data
  const timed = async (path: string) => {
    const times = []
    for (let ask = 0; ask < ASKS; ask++) {
      const startedAt = performance.now()
      const { status } = await http(platform, `GET ${path}`, { token })
      if (status !== 200) throw new Error(`${path} was answered with ${status}.`)
      times.push(performance.now() - startedAt)
    }
    return median(times)
  }
  return {
    figuresMs: await timed('/api/v1/figures/apps'),
    listMs: await timed('/api/v1/apps?limit=100&sort=slug'),
  }
}

/** From the top to the end of the list by wheel, as fast as a hand does. */
async function scroll(browser: Browser, origin: string): Promise<Scrolled> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    const page = await context.newPage()
    await signIn(page, origin, OWNER)
    await page.addInitScript(OBSERVE)
    const devtools = await context.newCDPSession(page)
    await devtools.send('Performance.enable')
    await page.goto(origin)
    await page.getByText(`All ${APPS} apps are well.`).waitFor()
    await page.getByRole('listitem').nth(10).waitFor()
    await page.mouse.move(700, 500)
    await page.evaluate(WATCH_FRAMES)
    await browser.startTracing(page, { categories: ['toplevel', '__metadata'] })
    await toTheEnd(page)
    const frames = await page.evaluate<number[]>('globalThis.frames')
    const { metrics } = await devtools.send('Performance.getMetrics')
    const script = metrics.find(({ name }) => name === 'ScriptDuration')?.value ?? 0
    const rows = await page.getByRole('listitem').count()
    await useList(page)
    const work = workOf(await browser.stopTracing())
    const sorted = frames.toSorted((a, b) => a - b)
    const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!
    return {
      p50FrameMs: at(0.5),
      p95FrameMs: at(0.95),
      worstFrameMs: sorted.at(-1)!,
      scriptMs: script * 1000,
      ...work,
      listAnswerMs: await page.evaluate<number>('globalThis.slowestMs'),
      rows,
    }
  } finally {
    await context.close()
  }
}

interface TraceEvent {
  name: string
  pid: number
  tid: number
  /** Processor time, in microseconds. */
  tdur?: number
  args?: { name?: string }
}

/** What others do on the machine does not count here, as it does in what a clock on the wall tells. */
function workOf(trace: Buffer): { longestMs: number; workMs: number } {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }
  const mains = new Set(
    traceEvents
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  )
  const tasks = traceEvents
    .filter(({ name, pid, tid, tdur }) => name.endsWith('RunTask') && tdur && mains.has(`${pid} ${tid}`))
    .map(({ tdur }) => tdur! / 1000)
  if (tasks.length === 0) throw new Error('The browser told of no work of the page.')
  return { longestMs: Math.max(...tasks), workMs: tasks.reduce((sum, ms) => sum + ms, 0) }
}

const WATCH_FRAMES = `
globalThis.frames = []
let last = performance.now()
const next = now => {
  globalThis.frames.push(now - last)
  last = now
  requestAnimationFrame(next)
}
requestAnimationFrame(now => { last = now; requestAnimationFrame(next) })
`

async function toTheEnd(page: Page): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    await page.mouse.wheel(0, 120)
    const isThere = await page.evaluate<boolean>(
      'scrollY + innerHeight >= document.documentElement.scrollHeight - 2',
    )
    if (isThere) return
  }
}

/** Narrows the list, orders it anew, and chooses a range of it. */
async function useList(page: Page): Promise<void> {
  const search = page.getByRole('searchbox').first()
  await search.click()
  await page.keyboard.type('app 1', { delay: 40 })
  await search.press('Control+a')
  await search.press('Delete')
  await page.getByLabel('Sort by').selectOption('traffic')
  const boxes = page.getByRole('checkbox', { name: /^Choose App/ })
  await boxes.nth(2).click()
  await boxes.nth(6).click({ modifiers: ['Shift'] })
  await page.getByRole('button', { name: `Choose all ${APPS} that match` }).click()
  await page.waitForTimeout(500)
}

function medians<Figures extends object>(all: readonly Figures[]): Figures {
  const names = Object.keys(all[0]!) as (keyof Figures)[]
  const entries = names.map(name => [name, median(all.map(figures => figures[name] as number))])
  return Object.fromEntries(entries) as Figures
}

function print(figures: Record<string, number>): void {
  const row = (what: string, name: string, budget?: number) => ({
    what,
    median: milliseconds(figures[name]!),
    budget: budget === undefined ? '' : milliseconds(budget),
  })
  printTable(`The list of apps with ${APPS} of them, ${figures.rows} drawn at a time`, [
    row('largest paint', 'paintMs', BUDGETS.paintMs),
    row('slowest answer to the hand, in the list', 'listAnswerMs', BUDGETS.interactionMs),
    row('the same, with the palette', 'interactionMs', BUDGETS.interactionMs),
    row('picture while scrolling, usual', 'p50FrameMs'),
    row('picture while scrolling, 95 of 100', 'p95FrameMs', BUDGETS.frameMs),
    row('picture while scrolling, worst', 'worstFrameMs'),
    row('longest work in one go (processor time)', 'longestMs', BUDGETS.interactionMs),
    row('all work, scrolling and using (processor time)', 'workMs'),
    row('script, loading and scrolling', 'scriptMs'),
    row('API: figures of all apps', 'figuresMs', BUDGETS.apiMs),
    row('API: 100 apps', 'listMs', BUDGETS.apiMs),
  ])
}
