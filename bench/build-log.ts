/**
 * The log of a build with 200,000 lines, in a real browser: how soon its first lines are there and how soon all of them,
 * how smoothly it scrolls, and what the page holds in memory. The lines come from a real build.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium } from '@seaworthy/testing/chromium'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { Platform } from '../e2e/harness/platform.ts'
import { signIn } from './dashboard-page.ts'
import { median, milliseconds } from './measure.ts'
import { printTable } from './table.ts'

const LINES = 200_000
const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const BUDGETS = { firstMs: 2_000, frameMs: 50, heapMb: 200 }
const ROUNDS = Number(process.env.SEAWORTHY_BENCH_ROUNDS ?? 3)
const SCROLLS = 200
const SCROLL_PX = 2_000

interface Round {
  /** From the call of the page to its first lines, and to the last one. */
  firstMs: number
  allMs: number
  /** Time between two pictures while the log scrolls. */
  p95FrameMs: number
  worstFrameMs: number
  /** Used by scripts once all lines are there, after a collection. */
  heapMb: number
  /** From Enter in the search to the place in view. */
  findMs: number
}

export async function run(): Promise<object> {
  const platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  })
  const browser = await launchChromium()
  try {
    const { deployment } = await withApp(folder => platform.deploy('talks', folder))
    if (deployment.state !== 'succeeded') throw new Error(deployment.error?.message)
    const path = `/apps/talks/deployments/${deployment.number}`
    const rounds = []
    for (let round = 0; round < ROUNDS; round++)
      rounds.push(await measure(browser, `http://127.0.0.1:${platform.port}`, path))
    const figures = medians(rounds)
    print(figures)
    return figures
  } finally {
    await browser.close()
    await platform.destroy()
  }
}

async function withApp<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-log-'))
  const build = `const line = number => '\\u001b[32m' + number + '\\u001b[0m compiled src/components/part-' + number + '.tsx in 12 ms'
for (let from = 1; from <= ${LINES}; from += 1000)
  process.stdout.write(Array.from({ length: 1000 }, (_, index) => line(from + index)).join('\\n') + '\\n')`
  const files = {
    'package.json': '{"type":"module","scripts":{"start":"node server.js"}}',
    'seaworthy.json': '{"build":{"command":"node build.js"}}',
    'build.js': build,
    'server.js': `import { createServer } from 'node:http'
createServer((_, response) => response.end('ok')).listen(process.env.PORT)`,
  }
  mkdirSync(folder, { recursive: true })
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  try {
    return await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function measure(browser: Browser, origin: string, path: string): Promise<Round> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
  try {
    context.setDefaultTimeout(120_000)
    const page = await context.newPage()
    await signIn(page, origin, OWNER)
    const startedAt = performance.now()
    await page.goto(origin + path)
    const log = page.getByRole('log', { name: 'Log' })
    await log.locator('[data-line]').first().waitFor()
    const firstMs = performance.now() - startedAt
    await page.getByText(/^20\d,\d{3} lines$/).waitFor()
    const allMs = performance.now() - startedAt
    const frames = await scroll(page)
    const findMs = await find(page)
    return { firstMs, allMs, ...frames, findMs, heapMb: await heapMb(await context.newCDPSession(page)) }
  } finally {
    await context.close()
  }
}

async function scroll(page: Page): Promise<{ p95FrameMs: number; worstFrameMs: number }> {
  const frames = (await page.evaluate(`(async () => {
    const box = document.querySelector('[role=log]')
    box.scrollTop = 0
    const next = () => new Promise(done => requestAnimationFrame(done))
    await next()
    const frames = []
    let last = performance.now()
    for (let step = 0; step < ${SCROLLS}; step++) {
      box.scrollTop += ${SCROLL_PX}
      await next()
      const now = performance.now()
      frames.push(now - last)
      last = now
    }
    return frames
  })()`)) as number[]
  const sorted = frames.toSorted((one, other) => one - other)
  return { p95FrameMs: sorted[Math.floor(sorted.length * 0.95)]!, worstFrameMs: sorted.at(-1)! }
}

async function find(page: Page): Promise<number> {
  const field = page.getByLabel('Find in the log')
  await field.fill('part-123456.tsx')
  await page.getByText('0 of 1', { exact: true }).waitFor()
  const startedAt = performance.now()
  await field.press('Enter')
  await page.getByRole('log').locator('mark').first().waitFor()
  return performance.now() - startedAt
}

async function heapMb(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize / 1_048_576
}

function medians(rounds: readonly Round[]): Round {
  const of = (key: keyof Round) => median(rounds.map(round => round[key]))
  return {
    firstMs: of('firstMs'),
    allMs: of('allMs'),
    p95FrameMs: of('p95FrameMs'),
    worstFrameMs: of('worstFrameMs'),
    findMs: of('findMs'),
    heapMb: of('heapMb'),
  }
}

function print({ firstMs, allMs, p95FrameMs, worstFrameMs, findMs, heapMb }: Round): void {
  const row = (what: string, figure: string, ratio: number | undefined) => ({
    what,
    figure,
    'of its budget': ratio === undefined ? '' : ratio.toFixed(2),
  })
  printTable(`a build log of ${LINES.toLocaleString('en')} lines in Chromium`, [
    row('first lines', milliseconds(firstMs), firstMs / BUDGETS.firstMs),
    row('all lines', milliseconds(allMs), undefined),
    row('between two pictures while it scrolls, p95', milliseconds(p95FrameMs), p95FrameMs / BUDGETS.frameMs),
    row('the same, worst', milliseconds(worstFrameMs), undefined),
    row('to a place that was searched', milliseconds(findMs), undefined),
    row('heap of the page', `${heapMb.toFixed(0)} MB`, heapMb / BUDGETS.heapMb),
  ])
}
