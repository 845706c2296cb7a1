/** The dashboard in a real browser: first paint, answers to the hand, script; and what open panels cost the platform. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchChromium } from '@seaworthy/testing/chromium'
import type { Browser } from 'playwright-core'
import { http } from '../e2e/harness/people.ts'
import { Platform } from '../e2e/harness/platform.ts'
import { ensureDashboard } from '../scripts/dashboard/ensure-dashboard.ts'
import { type PageFigures, pageFigures } from './dashboard-page.ts'
import { panelFigures } from './dashboard-panels.ts'
import { median } from './measure.ts'
import { printTable } from './table.ts'

const OWNER = { email: 'ada@example.org', password: 'Correct-Horse-9-Battery' }
const SLUG = 'harbour'
const MORE_APPS = 24
const PAINT_MS = 1_500
const INTERACTION_MS = 100
const PANELS_PERCENT = 5
const ROUNDS = Number(process.env.SEAWORTHY_BENCH_ROUNDS ?? 5)

export async function run(): Promise<object> {
  await ensureDashboard()
  const platform = await Platform.start({
    SEAWORTHY_ADMIN_EMAIL: OWNER.email,
    SEAWORTHY_ADMIN_PASSWORD: OWNER.password,
  })
  try {
    await fill(platform)
    const pages = await measurePages(platform)
    const panels = await panelFigures({ platform, slug: SLUG, token: await signIn(platform) })
    printTable(`100 open panels, ${panels.eventsPerSecond} events a second to each`, [
      {
        what: 'control plane',
        'without panels': `${panels.idlePercent.toFixed(1)} % of a core`,
        'with them': `${panels.openPercent.toFixed(1)} %`,
        'the panels': `${panels.panelsPercent.toFixed(1)} %`,
        [`of ${PANELS_PERCENT} %`]: (panels.panelsPercent / PANELS_PERCENT).toFixed(2),
      },
    ])
    return { pages, panels }
  } finally {
    await platform.destroy()
  }
}

/** Pages of an app that has something to show, in a list of several. */
async function fill(platform: Platform): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-app-'))
  try {
    writeFileSync(join(folder, 'server.js'), APP)
    writeFileSync(join(folder, 'package.json'), '{ "scripts": { "start": "node server.js" } }')
    const { deployment } = await platform.deploy(SLUG, folder)
    if (deployment.state !== 'succeeded') throw new Error(deployment.error?.message)
  } finally {
    rmSync(folder, { recursive: true })
  }
  for (let index = 1; index <= MORE_APPS; index++)
    await platform.api.call('apps.create', { body: { slug: `app-${index}` } })
  for (let index = 0; index < 200; index++) await platform.request(SLUG, `/page/${index}`)
}

/** Each request is a line of its log. */
const APP = `require('node:http').createServer((request, response) => {
  console.log('asked for ' + request.url)
  response.end('hello')
}).listen(process.env.PORT)
process.on('SIGTERM', () => process.exit(0))`

async function measurePages(platform: Platform): Promise<Record<string, PageFigures>> {
  const browser = await launchChromium()
  try {
    const figures: Record<string, PageFigures> = {}
    for (const [name, path] of Object.entries({
      'apps list': '/',
      overview: `/apps/${SLUG}`,
      logs: `/apps/${SLUG}/logs`,
    }))
      figures[name] = await middleOf(browser, platform, path)
    printTable(
      `a page on a cold cache, median of ${ROUNDS}`,
      Object.entries(figures).map(([page, { paintMs, interactionMs, scriptBytes }]) => ({
        page,
        'largest paint': `${Math.round(paintMs)} ms`,
        [`of ${PAINT_MS} ms`]: (paintMs / PAINT_MS).toFixed(2),
        'slowest interaction': `${Math.round(interactionMs)} ms`,
        [`of ${INTERACTION_MS} ms`]: (interactionMs / INTERACTION_MS).toFixed(2),
        'script (gzip)': `${(scriptBytes / 1000).toFixed(0)} KB`,
      })),
    )
    return figures
  } finally {
    await browser.close()
  }
}

async function middleOf(browser: Browser, platform: Platform, path: string): Promise<PageFigures> {
  const rounds: PageFigures[] = []
  for (let round = 0; round < ROUNDS; round++)
    rounds.push(
      await pageFigures({ browser, origin: `http://localhost:${platform.port}`, path, person: OWNER }),
    )
  return {
    paintMs: median(rounds.map(each => each.paintMs)),
    interactionMs: median(rounds.map(each => each.interactionMs)),
    scriptBytes: median(rounds.map(each => each.scriptBytes)),
  }
}

async function signIn(platform: Platform): Promise<string> {
  const { json, status, text } = await http(platform, 'POST /api/v1/session', { body: OWNER })
  if (status !== 201) throw new Error(`The owner could not sign in: ${text}`)
  return json.data.token
}
