/**
 * `npm run soak -- hostile`: what a neighbour's requests take beside each deed of a hostile app, against what they take
 * without one, in the same run. Medians of the p95 of several windows, since a busy machine has bad moments.
 */
import { rmSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { printTable } from '../../bench/table.ts'
import { example } from '../harness/apps-folders.ts'
import { Platform } from '../harness/platform.ts'
import { hostileApp } from '../hostile/hostile-app.ts'

const DEEDS = [
  ...['fork-bomb', 'memory-hog', 'cpu-spinner', 'disk-filler', 'fd-leaker', 'log-flooder'],
  ...['zombie-maker', 'daemoniser', 'sigterm-ignorer'],
]
const LIMITS = { memoryMb: 192, cpus: 0.6, processes: 80, openFiles: 1024, diskMb: 64 }
const WINDOWS = 7
const REQUESTS_IN_WINDOW = 100
const PAUSE_MS = 10
const BUDGET = 2

interface Row {
  deed: string
  p95Ms: number
  ratio: number
  failed: number
}

const platform = await Platform.start({ SEAWORTHY_WATCH_SECONDS: '0' })
try {
  await live('neighbour', example('hello'))
  const base = await measure()
  const rows: Row[] = [{ deed: 'none', p95Ms: base.p95Ms, ratio: 1, failed: base.failed }]
  for (const deed of DEEDS) rows.push(await beside(deed, base.p95Ms))
  printTable(
    `p95 of a neighbour, median of ${WINDOWS} windows of ${REQUESTS_IN_WINDOW} requests`,
    rows.map(({ deed, p95Ms, ratio, failed }) => ({
      deed,
      p95: `${p95Ms.toFixed(1)} ms`,
      [`of ${BUDGET}`]: ratio.toFixed(2),
      failed: `${failed}`,
    })),
  )
  if (rows.some(({ ratio, failed }) => ratio >= BUDGET || failed > 0)) process.exitCode = 1
} finally {
  await platform.destroy()
}

async function beside(deed: string, baseMs: number): Promise<Row> {
  const slug = `does-${deed}`
  const folder = hostileApp({ resources: LIMITS })
  await live(slug, folder).finally(() => rmSync(folder, { recursive: true, force: true }))
  await platform.request(slug, `/do/${deed}`)
  await sleep(1_000) // it is to be at its worst
  const { p95Ms, failed } = await measure()
  await platform.api.call('apps.delete', { params: { slug }, body: { confirm: slug } })
  return { deed, p95Ms, ratio: p95Ms / baseMs, failed }
}

async function live(slug: string, folder: string): Promise<void> {
  const { deployment } = await platform.deploy(slug, folder)
  if (deployment.state !== 'succeeded') throw new Error(`${slug}: ${deployment.error?.message}`)
}

async function measure(): Promise<{ p95Ms: number; failed: number }> {
  const windows: number[] = []
  let failed = 0
  for (let window = 0; window < WINDOWS; window++) {
    const times: number[] = []
    for (let count = 0; count < REQUESTS_IN_WINDOW; count++) {
      const startedAt = performance.now()
      if (!(await isAnswered())) failed += 1
      times.push(performance.now() - startedAt)
      await sleep(PAUSE_MS)
    }
    windows.push(times.sort((one, two) => one - two)[Math.floor(0.95 * times.length)]!)
  }
  return { p95Ms: windows.sort((one, two) => one - two)[Math.floor(WINDOWS / 2)]!, failed }
}

function isAnswered(): Promise<boolean> {
  return new Promise(resolve => {
    const headers = { host: 'neighbour.localhost' }
    const asked = request({ host: '127.0.0.1', port: platform.httpPort, headers, agent: false }, response => {
      response.resume().on('end', () => resolve(response.statusCode === 200))
    })
    asked.on('error', () => resolve(false))
    asked.end()
  })
}
