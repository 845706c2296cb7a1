/** Many browsers with a panel open each, as the control plane meets them: event streams of a busy app. */
import { type ClientRequest, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Platform } from '../e2e/harness/platform.ts'
import { ownCpuSeconds } from './contest.ts'

export interface PanelFigures {
  /** That came to one panel on average. */
  eventsPerSecond: number
  /** Of one core of the control plane while the app is as busy, without panels and with them. */
  idlePercent: number
  openPercent: number
  panelsPercent: number
}

export interface PanelFiguresOptions {
  platform: Platform
  slug: string
  token: string
}

const PANELS = 100
const REQUESTS_PER_SECOND = 10
const MEASURED_MS = 20_000

/** Half of the panels follow the log, half the requests. */
export async function panelFigures({ platform, slug, token }: PanelFiguresOptions): Promise<PanelFigures> {
  const traffic = setInterval(
    () => void platform.request(slug, '/').catch(() => undefined),
    1000 / REQUESTS_PER_SECOND,
  )
  const panels: Panel[] = []
  try {
    await sleep(2_000)
    const idlePercent = await corePercent(platform.controlPlanePid)
    for (let index = 0; index < PANELS; index++)
      panels.push(await openPanel(platform.port, streamOf(slug, index), token))
    await sleep(2_000)
    const before = panels.reduce((sum, panel) => sum + panel.events, 0)
    const openPercent = await corePercent(platform.controlPlanePid)
    const events = panels.reduce((sum, panel) => sum + panel.events, 0) - before
    const eventsPerSecond = Math.round((events / PANELS / (MEASURED_MS / 1000)) * 10) / 10
    if (eventsPerSecond < REQUESTS_PER_SECOND / 2) throw new Error('The panels were told next to nothing.')
    return { eventsPerSecond, idlePercent, openPercent, panelsPercent: openPercent - idlePercent }
  } finally {
    clearInterval(traffic)
    for (const panel of panels) panel.close()
  }
}

interface Panel {
  events: number
  close(): void
}

function streamOf(slug: string, index: number): string {
  return index % 2 === 0
    ? `/api/v1/apps/${slug}/logs?follow=true&limit=100`
    : `/api/v1/apps/${slug}/requests?follow=true&limit=100`
}

/** Resolves once the stream is open. */
function openPanel(port: number, path: string, token: string): Promise<Panel> {
  const { promise, resolve, reject } = Promise.withResolvers<Panel>()
  const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` }
  const outgoing: ClientRequest = request({ host: '127.0.0.1', port, path, headers, agent: false })
  outgoing.on('error', reject)
  outgoing.on('response', answer => {
    if (answer.statusCode !== 200) return reject(new Error(`${path} answered ${answer.statusCode}`))
    const panel: Panel = { events: 0, close: () => outgoing.destroy() }
    answer.setEncoding('utf8').on('data', text => {
      panel.events += text.split('\ndata: ').length - 1
    })
    answer.on('error', () => undefined) // closed by us
    resolve(panel)
  })
  outgoing.end()
  return promise
}

async function corePercent(pid: number): Promise<number> {
  const before = ownCpuSeconds(pid)
  await sleep(MEASURED_MS)
  return ((ownCpuSeconds(pid) - before) / (MEASURED_MS / 1000)) * 100
}
