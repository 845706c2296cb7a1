/**
 * `npm run soak -- hostile [process|docker] [ROUNDS]`: what a neighbour's requests take beside each deed of a hostile app
 * or build, against what they took just before it, in the same run. Medians of rounds, and in them of the p95 of several
 * windows, since a busy machine has bad moments. The process driver and three rounds unless told.
 */
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { printTable } from '../../bench/table.ts'
import { example } from '../harness/apps-folders.ts'
import { importBusybox } from '../harness/busybox-image.ts'
import { docker, homeOf, removeImages } from '../harness/docker.ts'
import { Platform } from '../harness/platform.ts'
import { type HostileBuild, hostileApp, hostileDockerfile, hostileHostBuild } from '../hostile/hostile-app.ts'

const DEEDS = [
  ...['fork-bomb', 'memory-hog', 'cpu-spinner', 'disk-filler', 'fd-leaker', 'log-flooder'],
  ...['zombie-maker', 'daemoniser', 'sigterm-ignorer'],
]
const BUILDS: HostileBuild[] = [
  { deed: 'fork-bomb', memoryMb: 1024 },
  ...['memory-hog', 'tree-filler', 'fd-leaker', 'log-flooder', 'lingerers'].map(deed => ({ deed })),
]
const LIMITS = { memoryMb: 192, cpus: 0.6, processes: 80, openFiles: 1024, diskMb: 64 }
const WINDOWS = 3
const REQUESTS_IN_WINDOW = 100
const PAUSE_MS = 10
const BUDGET = 2

interface Measure {
  p95Ms: number
  failed: number
}

interface Row {
  beforeMs: number
  besideMs: number
  ratio: number
  failed: number
}

const driver = process.argv[3] === 'docker' ? 'docker' : 'process'
const rounds = Number(process.argv[4] ?? 3)
const base = `seaworthy-soak-${randomBytes(4).toString('hex')}:1`

if (driver === 'docker') importBusybox(base)
const platform = await Platform.start({
  SEAWORTHY_RUNTIME: driver,
  SEAWORTHY_WATCH_SECONDS: '0',
  SEAWORTHY_BUILD_DISK_MB: '1024',
})
let dockerHome: string | undefined
try {
  await live('neighbour', example('hello'))
  if (driver === 'docker') dockerHome = homeOf(platform) // there since the driver made its first container
  await measure() // the first requests warm everything up
  const all = [
    ...DEEDS.map(deed => ({ name: deed, begin: (round: number) => beginApp(deed, round) })),
    ...BUILDS.map(build => ({
      name: `build: ${build.deed}`,
      begin: (round: number) => beginBuild(build, round),
    })),
  ]
  const found = new Map<string, Row[]>(all.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++)
    for (const { name, begin } of all) found.get(name)!.push(await beside(() => begin(round)))
  report([...found])
} finally {
  await platform.destroy()
  if (dockerHome) removeImages(dockerHome)
  if (driver === 'docker') docker('rmi', '--force', base)
}

function report(found: readonly [string, Row[]][]): void {
  const rows = found.map(([deed, measured]) => ({
    deed,
    before: `${median(measured.map(row => row.beforeMs)).toFixed(1)} ms`,
    beside: `${median(measured.map(row => row.besideMs)).toFixed(1)} ms`,
    ratio: median(measured.map(row => row.ratio)).toFixed(2),
    rounds: measured.map(row => row.ratio.toFixed(2)).join(' '),
    failed: `${measured.reduce((sum, row) => sum + row.failed, 0)}`,
  }))
  const title = `p95 of a neighbour on the ${driver} driver, medians of ${rounds} rounds of ${WINDOWS} windows of ${REQUESTS_IN_WINDOW} requests; the ratio is to be under ${BUDGET}`
  printTable(title, rows)
  if (rows.some(({ ratio, failed }) => Number(ratio) >= BUDGET || failed !== '0')) process.exitCode = 1
}

async function beside(begin: () => Promise<{ end: () => Promise<void> }>): Promise<Row> {
  const before = await measure()
  const { end } = await begin()
  await sleep(1_000) // it is to be at its worst
  const during = await measure()
  await end()
  return {
    beforeMs: before.p95Ms,
    besideMs: during.p95Ms,
    ratio: during.p95Ms / before.p95Ms,
    failed: before.failed + during.failed,
  }
}

async function beginApp(deed: string, round: number): Promise<{ end: () => Promise<void> }> {
  const slug = `does-${deed}-${round}`
  const folder = hostileApp({ resources: LIMITS })
  await live(slug, folder).finally(() => rmSync(folder, { recursive: true, force: true }))
  await platform.request(slug, `/do/${deed}`)
  return { end: () => remove(slug) }
}

async function beginBuild(build: HostileBuild, round: number): Promise<{ end: () => Promise<void> }> {
  const slug = `builds-${build.deed}-${round}`
  const folder = driver === 'docker' ? hostileDockerfile(base, build) : hostileHostBuild(build)
  const { number } = await platform
    .push(slug, folder)
    .finally(() => rmSync(folder, { recursive: true, force: true }))
  const params = { slug, number }
  for await (const event of platform.api.stream('deployments.events', { params }))
    if (event.type === 'log' && event.text.startsWith('DOING')) break
  const end = async () => {
    await platform.api.call('deployments.cancel', { params }).catch(() => undefined) // it has ended by itself
    await platform.untilState(slug, number, ['cancelled', 'failed'])
    await remove(slug)
  }
  return { end }
}

async function remove(slug: string): Promise<void> {
  await platform.api.call('apps.delete', { params: { slug }, body: { confirm: slug } })
}

async function live(slug: string, folder: string): Promise<void> {
  const { deployment } = await platform.deploy(slug, folder)
  if (deployment.state !== 'succeeded') throw new Error(`${slug}: ${deployment.error?.message}`)
}

async function measure(): Promise<Measure> {
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
  return { p95Ms: median(windows), failed }
}

function median(values: readonly number[]): number {
  return [...values].sort((one, two) => one - two)[Math.floor(values.length / 2)]!
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
