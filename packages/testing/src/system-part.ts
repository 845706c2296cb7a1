import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { recordMissingPart } from './missing-part-record.ts'

interface SystemPart {
  isThere: () => boolean | Promise<boolean>
  /** The command that brings it, for Debian and its kin. */
  install: string
}

const aptPart = (packageName: string, ...commands: string[]): SystemPart => ({
  isThere: () => commands.some(command => findCommand(command) !== undefined),
  install: `apt-get install -y ${packageName}`,
})

const PARTS = {
  bind: aptPart('bind9', 'named'),
  bubblewrap: aptPart('bubblewrap', 'bwrap'),
  busybox: aptPart('busybox-static', 'busybox'),
  caddy: aptPart('caddy', 'caddy'),
  cgroups: {
    isThere: hasWritableCgroups,
    install: 'run as root on Linux with a writable /sys/fs/cgroup',
  },
  chromium: aptPart('chromium', 'chromium', 'chromium-browser', 'google-chrome'),
  curl: aptPart('curl', 'curl'),
  docker: { isThere: dockerAnswers, install: 'apt-get install -y docker.io, then start dockerd' },
  'docker-registry': aptPart('docker-registry', 'docker-registry'),
  git: aptPart('git', 'git'),
  iproute2: aptPart('iproute2', 'ip'),
  linux: { isThere: () => process.platform === 'linux', install: 'run on Linux' },
  h2load: aptPart('nghttp2-client', 'h2load'),
  nginx: aptPart('nginx', 'nginx'),
  openssl: aptPart('openssl', 'openssl'),
  pebble: aptPart('pebble', 'pebble'),
  postgresql: {
    isThere: () => findPostgresCommand('postgres') !== undefined,
    install: 'apt-get install -y postgresql',
  },
  python3: aptPart('python3 python3-venv', 'python3'),
  redis: aptPart('redis-server', 'redis-server'),
  root: { isThere: () => process.getuid?.() === 0, install: 'run the tests as root' },
  unshare: aptPart('util-linux', 'unshare'),
  wrk: aptPart('wrk', 'wrk'),
  zip: aptPart('zip', 'zip'),
  zstd: aptPart('zstd', 'zstd'),
} satisfies Record<string, SystemPart>

export type SystemPartName = keyof typeof PARTS

/**
 * Whether a part of the system that a test needs is missing: `test.skipIf(await systemPart.missing('docker'))(…)`.
 * A missing part is logged once a file with the command that installs it. With SEAWORTHY_TEST_REQUIRE=all it
 * throws instead, so that nothing is skipped unseen in CI.
 */
export const systemPart = { missing, installCommand }

async function missing(...names: SystemPartName[]): Promise<boolean> {
  const absent: SystemPartName[] = []
  for (const name of names) if (!(await isThere(name))) absent.push(name)
  for (const name of absent) reportMissing(name)
  return absent.length > 0
}

function installCommand(name: SystemPartName): string {
  return PARTS[name].install
}

const known = new Map<SystemPartName, boolean>()

async function isThere(name: SystemPartName): Promise<boolean> {
  const answer = known.get(name) ?? (await PARTS[name].isThere())
  known.set(name, answer)
  return answer
}

const reported = new Set<SystemPartName>()

function reportMissing(name: SystemPartName): void {
  const line = `missing system part: ${name} (install: ${PARTS[name].install})`
  if (process.env.SEAWORTHY_TEST_REQUIRE === 'all') throw new Error(`SEAWORTHY_TEST_REQUIRE=all, but ${line}`)
  if (reported.has(name)) return
  reported.add(name)
  recordMissingPart(name, PARTS[name].install)
  process.stderr.write(`skipped tests: ${line}\n`)
}

/** The path of a command that PATH holds, or undefined. */
export function findCommand(command: string): string | undefined {
  // Debian keeps daemons such as nginx in sbin, which is not in every user's PATH.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin']
  return folders
    .filter(folder => folder !== '')
    .map(folder => join(folder, command))
    .find(isExecutable)
}

/** The path of a PostgreSQL server command, newest version first: Debian keeps them out of PATH. */
export function findPostgresCommand(command: string): string | undefined {
  const versions = ['19', '18', '17', '16', '15', '14', '13']
  const packaged = versions.map(version => `/usr/lib/postgresql/${version}/bin/${command}`).find(isExecutable)
  return packaged ?? findCommand(command)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

async function dockerAnswers(): Promise<boolean> {
  const docker = findCommand('docker')
  if (docker === undefined) return false
  const probe = spawn(docker, ['version', '--format', '{{.Server.Version}}'], {
    stdio: 'ignore',
    timeout: 5_000,
  })
  const [code] = await once(probe, 'exit').catch(() => [1])
  return code === 0
}

function hasWritableCgroups(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false
  const v1 = '/sys/fs/cgroup/memory/cgroup.procs'
  const v2 = '/sys/fs/cgroup/cgroup.controllers'
  if (existsSync(v2)) return readFileSync(v2, 'utf8').includes('memory') && isWritable('/sys/fs/cgroup')
  return existsSync(v1) && isWritable('/sys/fs/cgroup/memory')
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}
