/** `deploy` to the first answered request, against the app's own install and boot. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@seaworthy/testing/free-port'
import { Platform, ROOT } from '../e2e/harness/platform.ts'
import { DockerPeer } from './docker-peer.ts'
import { firstAnswer, median, seaworthy, seconds } from './measure.ts'
import { printTable } from './table.ts'

const ROUNDS = 5
const APP = join(ROOT, 'examples', 'express')

export async function run(): Promise<object> {
  const platform = await Platform.start({ SEAWORTHY_WATCH_SECONDS: '0' })
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-deploy-'))
  const docker = DockerPeer.create(APP)
  try {
    cpSync(APP, folder, { recursive: true, filter: path => !path.includes('node_modules') })
    await platform.deploy('bench', folder)
    const own: number[] = []
    const ours: number[] = []
    const dockers: number[] = []
    for (let round = 1; round <= ROUNDS; round += 1) {
      own.push(await installAndBoot(folder))
      ours.push(await deployOnce(platform, folder, round))
      if (docker) dockers.push(await docker.deployOnce(round))
    }
    const reference = median(own)
    const row = (what: string, times: readonly number[]) => ({
      what,
      median: seconds(median(times)),
      ratio: (median(times) / reference).toFixed(2),
    })
    const rows = [row('own `npm ci` (warm cache) + boot', own), row('seaworthy deploy', ours)]
    if (docker) rows.push(row('docker build + docker run', dockers))
    printTable('deploy of examples/express, dependencies cached, to the first answered request', rows)
    if (!docker) process.stdout.write('No Docker engine with debian:bookworm-slim: that peer was left out.\n')
    return { own, ours, dockers }
  } finally {
    docker?.remove()
    await platform.destroy()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Milliseconds from `npm ci` with a warm cache to the first answer of the app itself. */
async function installAndBoot(source: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'seaworthy-bench-own-'))
  cpSync(source, folder, { recursive: true })
  const port = await freePort()
  const startedAt = performance.now()
  const npm = spawnSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: 'ignore',
  })
  if (npm.status !== 0) throw new Error('npm ci failed')
  const child = spawn('npm', ['start'], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdio: 'ignore',
    detached: true,
  })
  await firstAnswer({ port, host: 'localhost' }, () => true)
  const took = performance.now() - startedAt
  const ended = once(child, 'exit')
  process.kill(-child.pid!, 'SIGKILL')
  await ended
  rmSync(folder, { recursive: true, force: true })
  return took
}

/** Milliseconds from the command to the first answer of the release that it makes. */
async function deployOnce(platform: Platform, folder: string, round: number): Promise<number> {
  writeFileSync(join(folder, 'bench-round.txt'), `${round} ${Date.now()}\n`)
  const [current] = await platform.api.call('releases.list', {
    params: { slug: 'bench' },
    query: { limit: 1, order: 'desc' },
  })
  const wanted = `v${(current?.version ?? 0) + 1}`
  const startedAt = performance.now()
  const command = seaworthy(platform, ['deploy', folder, '--app', 'bench'])
  await firstAnswer({ port: platform.httpPort, host: 'bench.localhost' }, body => body.includes(wanted))
  const took = performance.now() - startedAt
  if ((await command) !== 0) throw new Error('deploy failed')
  return took
}
